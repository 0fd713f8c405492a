#include "probes/node/pci_path.h"

#include <algorithm>

namespace plumbline {
namespace {

Link with_generation(const Link& now, unsigned generation) {
  if (now.generation == 0 || generation <= now.generation) return now;
  const auto rate = link_gb_per_s(generation, now.width);
  return rate ? Link{*rate, generation, now.width} : now;
}

}  // namespace

Link narrower(const Link& a, const Link& b) {
  if (!a.known()) return b;
  return b.known() && b.gb_per_s < a.gb_per_s ? b : a;
}

Link link_under_load(const Node& node, const PciDevice& device) {
  unsigned generation = device.link_max.generation;
  if (device.bridge && node.bridges[*device.bridge].link_max.known()) {
    generation = std::min(generation, node.bridges[*device.bridge].link_max.generation);
  }
  return with_generation(device.link, generation);
}

Link narrowest_link_to_host(const Node& node, const PciDevice& device) {
  Link narrowest = link_under_load(node, device);
  for (std::optional<std::size_t> at = device.bridge; at; at = node.bridges[*at].parent) {
    const Bridge& bridge = node.bridges[*at];
    narrowest = narrower(narrowest, with_generation(bridge.link, bridge.link_max.generation));
  }
  return narrowest;
}

}  // namespace plumbline
