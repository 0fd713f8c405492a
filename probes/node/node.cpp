#include "probes/node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace plumbline {

std::string to_string(const PciAddress& a) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", a.domain, a.bus, a.device, a.function);
}

std::string to_string(const PciId& id) {
  return fmt::format("{:04x}:{:04x}", id.vendor, id.device);
}

DeviceKind kind_of(const PciId& id, std::uint16_t pci_class) {
  constexpr std::uint16_t nvidia = 0x10de, amazon = 0x1d0f;
  const unsigned base_class = pci_class >> 8;
  if (id.vendor == nvidia && base_class == 0x03) return DeviceKind::gpu;
  if (id.vendor == nvidia && pci_class == 0x0680) return DeviceKind::nvswitch;
  if (id.vendor == amazon && (id.device & 0xfff0) == 0xefa0) return DeviceKind::efa;
  if (id.vendor == amazon && id.device == 0x8061) return DeviceKind::ebs;
  if (pci_class == 0x0108) return DeviceKind::nvme;
  if (base_class == 0x02) return DeviceKind::nic;
  return DeviceKind::other;
}

std::optional<double> link_gb_per_s(unsigned generation, unsigned width) {
  struct Rate {
    double gigatransfers;
    double coding;
  };
  static constexpr std::array<Rate, 6> rates = {{{2.5, 8.0 / 10},
                                                 {5, 8.0 / 10},
                                                 {8, 128.0 / 130},
                                                 {16, 128.0 / 130},
                                                 {32, 128.0 / 130},
                                                 {64, 242.0 / 256}}};
  if (generation < 1 || generation > rates.size() || width == 0) return std::nullopt;
  const Rate& rate = rates[generation - 1];
  return rate.gigatransfers * rate.coding * width / 8;
}

std::string to_string(const Link& link) {
  if (!link.known()) return "unknown";
  const std::string lanes =
      link.generation != 0 ? fmt::format("Gen{} x{} ", link.generation, link.width) : "";
  return fmt::format("{}{:.1f} GB/s", lanes, link.gb_per_s);
}

std::uint64_t Node::memory_bytes() const {
  std::uint64_t bytes = 0;
  for (const NumaNode& numa : numa_nodes) {
    if (numa.has_cpus()) bytes += numa.memory_bytes;
  }
  return bytes;
}

const NumaNode* Node::numa_node(unsigned os_index) const {
  const auto found = std::find_if(numa_nodes.begin(), numa_nodes.end(),
                                  [&](const NumaNode& n) { return n.os_index == os_index; });
  return found == numa_nodes.end() ? nullptr : &*found;
}

std::vector<const PciDevice*> Node::devices_of(DeviceKind kind) const {
  std::vector<const PciDevice*> found;
  for (const PciDevice& device : devices) {
    if (device.kind == kind) found.push_back(&device);
  }
  return found;
}

std::string format_cpu_list(const CpuList& cpus) {
  std::string text;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(cpus[i]);
    if (last != i) text += '-' + std::to_string(cpus[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace plumbline
