#include "results/schema/manifest.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<ManifestEntry> {
  using E = ManifestEntry;
  static constexpr std::array columns = {
      schema_column<E>(),
      text_column<&E::host>("host"),
      text_column<&E::instance_type>("instance_type"),
      text_column<&E::instance_id>("instance_id"),
      text_column<&E::az>("az"),
      text_column<&E::network_node_1>("network_node_1"),
      text_column<&E::network_node_2>("network_node_2"),
      text_column<&E::network_node_3>("network_node_3"),
      text_column<&E::network_node_4>("network_node_4"),
  };
};
PLUMBLINE_DEFINE_TABLE(ManifestEntry)

}  // namespace plumbline
