#include "probes/topology/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probes/node/pci_path.h"

namespace plumbline {
namespace {

/// Builds the branches from the flat list of bridges.
class Builder {
 public:
  explicit Builder(const Node& node) : node_(node), children_(node.bridges.size()) {
    for (std::size_t i = 0; i < node.bridges.size(); ++i) {
      if (node.bridges[i].parent) children_[*node.bridges[i].parent].push_back(i);
    }
  }

  OutlineBranch branch(std::size_t index) const {
    const Bridge& bridge = node_.bridges[index];
    OutlineBranch made;
    made.buses =
        fmt::format("{:04x}:{:02x}-{:02x}", bridge.domain, bridge.first_bus, bridge.last_bus);
    made.link = bridge.link;
    made.numa_node = bridge.numa_node;
    for (const PciDevice& device : node_.devices) {
      if (device.bridge == index && device.kind != DeviceKind::other) {
        made.devices.push_back({&device, link_under_load(node_, device)});
      }
    }
    for (const std::size_t child : children_[index]) add(branch(child), made);
    std::stable_sort(made.devices.begin(), made.devices.end(),
                     [](const OutlineDevice& a, const OutlineDevice& b) {
                       return a.device->kind < b.device->kind;
                     });
    return made;
  }

 private:
  /// A port with one device is that device's link, a chain of bridges is one link.
  static void add(OutlineBranch below, OutlineBranch& above) {
    const std::size_t things = below.devices.size() + below.switches.size();
    if (things == 0) return;
    if (things > 1) {
      above.switches.push_back(std::move(below));
    } else if (below.devices.size() == 1) {
      OutlineDevice device = below.devices.front();
      device.link = narrower(device.link, below.link);
      above.devices.push_back(device);
    } else {
      OutlineBranch only = std::move(below.switches.front());
      only.link = narrower(only.link, below.link);
      above.switches.push_back(std::move(only));
    }
  }

  const Node& node_;
  std::vector<std::vector<std::size_t>> children_;
};

}  // namespace

Outline outline_of(const Node& node) {
  Outline outline;
  const Builder builder(node);
  for (std::size_t i = 0; i < node.bridges.size(); ++i) {
    if (!node.bridges[i].is_host_bridge()) continue;
    OutlineBranch root = builder.branch(i);
    if (!root.devices.empty() || !root.switches.empty()) outline.roots.push_back(std::move(root));
  }
  for (const PciDevice& device : node.devices) {
    if (device.kind == DeviceKind::other) {
      ++outline.left_out;
    } else if (!device.bridge) {
      outline.loose.push_back({&device, link_under_load(node, device)});
    }
  }
  return outline;
}

const char* kind_title(DeviceKind kind) {
  static constexpr std::array<const char*, 7> titles = {"GPU",  "NVSwitch", "EFA",  "NIC",
                                                        "NVMe", "EBS",      "other"};
  return titles[static_cast<std::size_t>(kind)];
}

std::vector<std::string> device_counts(const Node& node) {
  std::vector<std::string> counts;
  for (const DeviceKind kind : {DeviceKind::gpu, DeviceKind::nvswitch, DeviceKind::efa,
                                DeviceKind::nic, DeviceKind::nvme, DeviceKind::ebs}) {
    const std::size_t count = node.devices_of(kind).size();
    if (count != 0) counts.push_back(fmt::format("{} {}", count, kind_title(kind)));
  }
  return counts;
}

std::string product_of(const PciDevice& device) {
  const std::size_t open = device.name.find('['), close = device.name.rfind(']');
  if (open != std::string::npos && close != std::string::npos && open < close) {
    return device.name.substr(open + 1, close - open - 1);
  }
  return device.name.empty() ? to_string(device.id) : device.name;
}

std::string format_memory(std::uint64_t bytes) {
  const double mib = static_cast<double>(bytes) / (1024.0 * 1024);
  if (mib < 1) return fmt::format("{:.0f} KiB", mib * 1024);
  if (mib < 1024) return fmt::format("{:.0f} MiB", mib);
  const double gib = mib / 1024;
  return gib < 100 ? fmt::format("{:.1f} GiB", gib) : fmt::format("{:.0f} GiB", gib);
}

std::string format_disk(std::uint64_t bytes) {
  const double gb = static_cast<double>(bytes) / 1e9;
  return gb < 1000 ? fmt::format("{:.0f} GB", gb) : fmt::format("{:.1f} TB", gb / 1000);
}

}  // namespace plumbline
