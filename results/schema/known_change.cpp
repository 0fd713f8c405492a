#include "results/schema/known_change.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<KnownChange> {
  using K = KnownChange;
  static constexpr std::array columns = {
      schema_column<K>(),
      text_column<&K::run>("run"),
      text_column<&K::host>("host"),
      text_column<&K::subject>("subject"),
      text_column<&K::metric>("metric"),
      text_column<&K::reason>("reason"),
  };
};
PLUMBLINE_DEFINE_TABLE(KnownChange)

}  // namespace plumbline
