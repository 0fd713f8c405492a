#include "results/schema/compared_value.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<ComparedValue> {
  using C = ComparedValue;
  static constexpr std::array columns = {
      schema_column<C>(),
      word_column<&C::scope, compared_scope_names>("scope"),
      word_column<&C::verdict, change_verdict_names>("verdict"),
      text_column<&C::host>("host"),
      text_column<&C::instance_type>("instance_type"),
      text_column<&C::metric>("metric"),
      text_column<&C::path>("path"),
      integer_column<&C::bytes>("bytes"),
      params_column<&C::params>("params"),
      text_column<&C::unit>("unit"),
      word_column<&C::better, better_names>("better"),
      integer_column<&C::hosts>("hosts"),
      integer_column<&C::series>("series"),
      number_column<&C::before>("before"),
      number_column<&C::after>("after"),
      number_column<&C::ratio>("ratio"),
      number_column<&C::ratio_low>("ratio_low"),
      number_column<&C::ratio_high>("ratio_high"),
      number_column<&C::p>("p"),
      word_column<&C::provenance, provenance_names>("provenance"),
  };
};
PLUMBLINE_DEFINE_TABLE(ComparedValue)

}  // namespace plumbline
