#include "results/schema/suspected_node.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<SuspectedNode> {
  using S = SuspectedNode;
  static constexpr std::array columns = {
      schema_column<S>(),
      text_column<&S::host>("host"),
      text_column<&S::reason>("reason"),
  };
};
PLUMBLINE_DEFINE_TABLE(SuspectedNode)

}  // namespace plumbline
