#include "results/schema/path_value.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<PathValue> {
  using P = PathValue;
  static constexpr std::array columns = {
      schema_column<P>(),
      text_column<&P::id>("id"),
      word_column<&P::verdict, verdict_names>("verdict"),
      text_column<&P::host>("host"),
      text_column<&P::instance_type>("instance_type"),
      text_column<&P::metric>("metric"),
      text_column<&P::subject>("subject"),
      text_column<&P::peer_host>("peer_host"),
      text_column<&P::peer>("peer"),
      integer_column<&P::bytes>("bytes"),
      params_column<&P::params>("params"),
      text_column<&P::unit>("unit"),
      word_column<&P::better, better_names>("better"),
      integer_column<&P::runs>("runs"),
      number_column<&P::value>("value"),
      number_column<&P::expected>("expected"),
      number_column<&P::ratio>("ratio"),
      word_column<&P::provenance, provenance_names>("provenance"),
  };
};
PLUMBLINE_DEFINE_TABLE(PathValue)

}  // namespace plumbline
