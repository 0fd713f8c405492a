#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/gpu/monitor.h"
#include "probes/harness/sampler.h"

namespace plumbline {

/// A value that changes while a GPU works, as it was seen.
struct Watched {
  double before = 0, after = 0;
  double low = 0, high = 0;
  double mean = 0;  ///< over time, between one look and the next by their mean
};

/// How a GPU was while something was measured on it. What NVML did not tell is absent.
struct Conditions {
  double seconds = 0;
  unsigned looks = 0;

  std::optional<Watched> clock_mhz;  ///< of the multiprocessors
  std::optional<Watched> memory_clock_mhz;
  std::optional<Watched> power_w;
  std::optional<Watched> temperature_c;
  std::optional<double> energy_j;  ///< by the GPU's own counter, where its steps are short enough
  std::optional<double> power_limit_w;

  std::optional<std::uint64_t> clock_reasons;  ///< every bit that was set at a look while it worked
  // Seconds in which the clock was lower for this reason.
  std::optional<double> power_capped_s;
  std::optional<double> software_thermal_s;
  std::optional<double> hardware_thermal_s;
  std::optional<double> hardware_power_brake_s;

  // The link to the host under load: an idle one is allowed to be slow.
  std::optional<unsigned> pcie_generation;  ///< the highest that was seen
  std::optional<unsigned> pcie_width;       ///< the widest
  std::optional<unsigned> max_pcie_generation;
  std::optional<unsigned> max_pcie_width;
  std::optional<std::uint64_t> pcie_replays;  ///< that came during the measurement

  std::string absent;  ///< why something is not told: the first reason; empty if all is

  /// Energy over time where the counter tells, else the mean of the looks.
  std::optional<double> mean_power_w() const;
  /// True if hardware lowered the clock at all: never right.
  bool hardware_slowed() const;
};

/// Looks at a GPU around and during a measurement. It has no thread of its own: a look in the
/// middle is taken when the one that measures calls look(), which it does while work is queued and
/// before it waits for it. So a look never runs into a timed call, and what was seen repeats.
class GpuWatch {
 public:
  /// The first look. `monitor` may have no session; then everything is absent, with its reason.
  GpuWatch(Monitor monitor, const std::string& pci_address, Clock clock = monotonic_seconds);

  /// While it works.
  void look();

  /// A look from which on the conditions count; else it is the first one.
  void begin();

  /// The last look, and what all of them from the one at which it began come to.
  Conditions finish();

  struct Look {
    double at = 0;  ///< by the clock of the watch
    std::optional<double> clock, memory_clock, power, temperature;
    std::optional<unsigned> pcie_generation, pcie_width;
  };
  /// All of them, in the order of time.
  const std::vector<Look>& looks() const { return looks_; }

 private:
  struct Counters {
    std::optional<double> energy, power_capped, software_thermal, hardware_thermal, power_brake;
    std::optional<std::uint64_t> pcie_replays;
  };

  template <class T>
  std::optional<T> value(const nvml::Reading<T>& reading);
  std::optional<double> duration(unsigned field);
  void take_look();
  std::span<const Look> counted() const { return std::span(looks_).subspan(first_); }
  Counters count();
  std::optional<Watched> course(std::optional<double> Look::*member) const;

  Monitor monitor_;
  Clock clock_;
  std::optional<nvml::Gpu> gpu_;
  std::string absent_;
  std::vector<Look> looks_;
  std::size_t first_ = 0;  ///< of those that count
  std::uint64_t reasons_ = 0;
  bool has_reasons_ = false;
  Counters begin_;
};

}  // namespace plumbline
