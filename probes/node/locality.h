#pragma once

#include <string>
#include <vector>

#include "probes/node/node.h"

namespace plumbline {

/// How close two devices are, nearest first.
enum class Nearness {
  pci_switch,  ///< below one switch: traffic stays there
  root_bus,    ///< below one host bridge
  numa_node,   ///< the machine says only that they are on one NUMA node
  unknown,
};
inline constexpr auto nearness_names =
    names_of<Nearness>("PCIe switch", "root bus", "NUMA node", "unknown");

struct Nearest {
  Nearness by = Nearness::unknown;
  unsigned bridges_between = 0;           ///< on the way from one to the other
  std::vector<const PciDevice*> devices;  ///< all that are equally near, in PCI order
};

/// The devices of `kind` that are nearest to `device`: below the same switch with the fewest
/// bridges between, else below the same host bridge, else on the same NUMA node, else none. The
/// pointers are into `node`.
Nearest nearest(const Node& node, const PciDevice& device, DeviceKind kind);

/// The NUMA node whose CPUs are nearest to `device`, or nullptr.
const NumaNode* nearest_numa_node(const Node& node, const PciDevice& device);

/// "rdmap79s0 rdmap80s0"; "none".
std::string subjects_of(const std::vector<const PciDevice*>& devices);

}  // namespace plumbline
