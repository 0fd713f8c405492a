#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// What a GPU has done so far: what errors come from.
enum class Per {
  kilojoule,        ///< drawn
  nvlink_gigabyte,  ///< sent and received
  nvlink_sent_gigabyte,
  nvlink_received_gigabyte,
  pcie_gigabyte,
};

/// A reading that rises with what its GPU does.
struct Growth {
  std::string reading;
  Per per = Per::kilojoule;
  double rate = 0;
};

/// An error that the driver reports when its GPU has done so much.
struct Xid {
  unsigned number = 0;
  std::string text;
  Per per = Per::kilojoule;
  double after = 0;  ///< 0: it is in the kernel's log when the machine begins
};

/// A link that is down from when its GPU has done so much.
struct DyingLink {
  unsigned link = 0;
  Per per = Per::nvlink_gigabyte;
  double after = 0;
};

/// A process that is not ours.
struct OtherProcess {
  unsigned pid = 0;
  std::uint64_t memory_bytes = 0;
};

/// What monitors of GPUs tell beside clocks, power and heat: numbers and texts by name. A link's
/// number stands behind its reading: "nvlink_replay.7".
struct Readings {
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
};

/// Adds what a healthy GPU of this kind tells, where the machine file is silent: counters begin at
/// 0, and one that this kind does not have is -1.
void complete(Readings& readings, unsigned capability);

/// One GPU's monitor: what differs from the other GPUs.
struct GpuMonitor {
  Readings own;
  std::vector<Growth> growing;
  std::vector<Xid> xids;
  std::vector<DyingLink> dying_nvlinks;
  std::vector<OtherProcess> processes;
  std::map<std::string, int> refuses;  ///< status by function of NVML, or by "field N"
  bool lost = false;                   ///< fell off the bus
};

/// The machine's monitors.
struct MonitorModel {
  Readings all;                        ///< of every GPU
  std::map<std::string, int> refuses;  ///< the same for every GPU
  int start_status = 0;                ///< an nvmlReturn_t
};

/// What one GPU did, as a machine remembers it.
struct Work {
  double energy_j = 0, nvlink_sent_bytes = 0, nvlink_received_bytes = 0, pcie_bytes = 0;
  double power_capped_ns = 0, software_thermal_ns = 0, hardware_thermal_ns = 0;
  double hardware_power_brake_ns = 0;

  double amount(Per per) const;
  Work& operator+=(const Work& more);
};

}  // namespace plumbline::virtual_node
