#include "reports/judging/device_list.h"

namespace plumbline {

DeviceList::DeviceList(std::vector<Device> devices) {
  for (const Device& device : devices) add(device);
}

void DeviceList::add(const Device& device) {
  const auto [entry, is_new] = places_.try_emplace({device.host, device.subject}, devices_.size());
  if (is_new) {
    devices_.push_back(device);
    return;
  }
  Device& known = devices_[entry->second];
  const auto fill = [](std::string& text, const std::string& more) {
    if (text.empty()) text = more;
  };
  const bool is_of_driver = known.uuid.empty() && !device.uuid.empty();
  if (is_of_driver && !device.name.empty()) known.name = device.name;
  fill(known.kind, device.kind);
  fill(known.name, device.name);
  fill(known.uuid, device.uuid);
  fill(known.serial, device.serial);
  fill(known.pci_address, device.pci_address);
  if (!known.numa_node) known.numa_node = device.numa_node;
}

}  // namespace plumbline
