#include "results/schema/metric_meaning.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<MetricMeaning> {
  using M = MetricMeaning;
  static constexpr std::array columns = {
      schema_column<M>(),
      text_column<&M::metric>("metric"),
      text_column<&M::unit>("unit"),
      word_column<&M::better, better_names>("better"),
      text_column<&M::meaning>("meaning"),
  };
};
PLUMBLINE_DEFINE_TABLE(MetricMeaning)

}  // namespace plumbline
