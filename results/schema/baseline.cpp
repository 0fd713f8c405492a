#include "results/schema/baseline.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<Baseline> {
  using B = Baseline;
  static constexpr std::array columns = {
      schema_column<B>(),
      text_column<&B::metric>("metric"),
      text_column<&B::subject_class>("subject_class"),
      params_column<&B::params>("params"),
      integer_column<&B::bytes>("bytes"),
      integer_column<&B::nodes>("nodes"),
      text_column<&B::unit>("unit"),
      word_column<&B::better, better_names>("better"),
      text_column<&B::expected>("expected"),
      number_column<&B::low>("low"),
      number_column<&B::high>("high"),
      integer_column<&B::subjects>("subjects"),
      number_column<&B::spread>("spread"),
      number_column<&B::ceiling>("ceiling"),
      word_column<&B::use, use_names>("use"),
      text_column<&B::basis>("basis"),
      text_column<&B::source>("source"),
  };
};
PLUMBLINE_DEFINE_TABLE(Baseline)

}  // namespace plumbline
