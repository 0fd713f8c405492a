#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/schema/device.h"

namespace plumbline {

/// The devices of a run, each once: several probes tell of the same GPU, one its place, another its
/// serial number.
class DeviceList {
 public:
  explicit DeviceList(std::vector<Device> devices = {});

  /// Fills in what was not known yet. The name of whoever knows the uuid holds: it is the driver's.
  void add(const Device& device);
  std::size_t size() const { return devices_.size(); }
  std::vector<Device> take() { return std::move(devices_); }

 private:
  std::vector<Device> devices_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;  ///< by host and subject
};

}  // namespace plumbline
