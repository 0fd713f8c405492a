#include "probes/node/locality.h"

#include <algorithm>
#include <tuple>

namespace plumbline {
namespace {

/// The bridges above a device, the nearest first and the host bridge last.
std::vector<std::size_t> bridges_above(const Node& node, const PciDevice& device) {
  std::vector<std::size_t> path;
  for (std::optional<std::size_t> at = device.bridge; at; at = node.bridges[*at].parent) {
    path.push_back(*at);
  }
  return path;
}

struct Distance {
  Nearness by = Nearness::unknown;
  unsigned bridges_between = 0;

  auto operator<=>(const Distance&) const = default;
};

// Walked by hand: hwloc_get_common_ancestor_obj() of hwloc 2 runs off the root when two I/O objects
// stand at different depths.
Distance distance_between(const Node& node, const PciDevice& a, const PciDevice& b) {
  const std::vector<std::size_t> above_a = bridges_above(node, a);
  const std::vector<std::size_t> above_b = bridges_above(node, b);
  for (std::size_t i = 0; i < above_a.size(); ++i) {
    const auto common = std::find(above_b.begin(), above_b.end(), above_a[i]);
    if (common == above_b.end()) continue;
    const auto between = static_cast<unsigned>(i) + static_cast<unsigned>(common - above_b.begin());
    return {node.bridges[*common].is_host_bridge() ? Nearness::root_bus : Nearness::pci_switch,
            between};
  }
  if (a.numa_node && a.numa_node == b.numa_node) return {Nearness::numa_node, 0};
  return {};
}

}  // namespace

Nearest nearest(const Node& node, const PciDevice& device, DeviceKind kind) {
  Distance best;
  Nearest found;
  for (const PciDevice& other : node.devices) {
    if (other.kind != kind || &other == &device) continue;
    const Distance distance = distance_between(node, device, other);
    if (distance.by == Nearness::unknown) continue;
    if (found.devices.empty() || distance < best) {
      best = distance;
      found.devices.clear();
    }
    if (distance == best) found.devices.push_back(&other);
  }
  found.by = best.by;
  found.bridges_between = best.bridges_between;
  return found;
}

const NumaNode* nearest_numa_node(const Node& node, const PciDevice& device) {
  return device.numa_node ? node.numa_node(*device.numa_node) : nullptr;
}

std::string subjects_of(const std::vector<const PciDevice*>& devices) {
  std::string text;
  for (const PciDevice* device : devices) {
    if (!text.empty()) text += ' ';
    text += device->subject;
  }
  return text.empty() ? "none" : text;
}

}  // namespace plumbline
