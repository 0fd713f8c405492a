#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/csv_file.h"

namespace plumbline {

/// What a subject of the measurements is: one line of devices.csv.
struct Device {
  std::string host;
  std::string subject;  ///< as in measurements.csv: gpu0, rdmap79s0, numa1, nvme0
  std::string kind;     ///< gpu, efa, nic, nvme, numa, package, nvswitch, bridge
  std::string name;     ///< the product's name, or "vendor:device" where no name is known
  std::string uuid;
  std::string serial;
  std::string pci_address;  ///< 0000:53:00.0
  std::optional<std::uint64_t> numa_node;

  bool operator==(const Device&) const = default;
};

/// One fact about the software and settings of a host: one line of context.csv.
struct ContextEntry {
  std::string host;
  std::string key;  ///< kernel, driver, hwloc, cpu_governor, env.OMP_NUM_THREADS ...
  std::string value;

  bool operator==(const ContextEntry&) const = default;
};

extern template ReadReport read_csv<Device>(const std::filesystem::path&,
                                            const std::function<void(const Device&)>&, BadRows);
extern template ReadReport read_csv<ContextEntry>(const std::filesystem::path&,
                                                  const std::function<void(const ContextEntry&)>&,
                                                  BadRows);

}  // namespace plumbline
