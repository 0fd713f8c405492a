#include "results/schema/device.h"

#include "results/schema/csv_columns.h"

namespace plumbline {

template <>
struct Table<Device> {
  using D = Device;
  static constexpr std::array columns = {
      schema_column<D>(),
      text_column<&D::host>("host"),
      text_column<&D::subject>("subject"),
      text_column<&D::kind>("kind"),
      text_column<&D::name>("name"),
      text_column<&D::uuid>("uuid"),
      text_column<&D::serial>("serial"),
      text_column<&D::pci_address>("pci_address"),
      integer_column<&D::numa_node>("numa_node"),
  };
};
PLUMBLINE_DEFINE_TABLE(Device)

template <>
struct Table<ContextEntry> {
  using C = ContextEntry;
  static constexpr std::array columns = {
      schema_column<C>(),
      text_column<&C::host>("host"),
      text_column<&C::key>("key"),
      text_column<&C::value>("value"),
  };
};
PLUMBLINE_DEFINE_TABLE(ContextEntry)

}  // namespace plumbline
