#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/harness/probe.h"
#include "probes/vendor/cuda.h"

namespace plumbline {

/// A GPU of this machine, under its name in the tables.
struct CudaGpu {
  std::string subject;  ///< gpu0 in the order of PCI addresses, of all that are on the bus
  cuda::Device device;
  std::optional<unsigned> numa_node;  ///< that it is nearest to; none: the machine does not say
};

/// What should be measured and cannot be.
struct AbsentGpu {
  std::string subject;  ///< "node" where no GPU is known by name
  std::string reason;
  bool is_failure = false;  ///< false: this machine is just not made for it
};

/// The GPUs of a machine as a probe plans with them.
struct CudaMachine {
  std::shared_ptr<const cuda::Driver> driver;  ///< null: cannot be used
  std::vector<CudaGpu> gpus;
  std::vector<AbsentGpu> absent;
  std::vector<unsigned> numa_nodes;  ///< of the host, those with CPUs; OS numbers, ascending
};

/// Options of every probe that uses GPUs.
inline constexpr ProbeOption libcuda_option{
    "libcuda", "Open this file as the NVIDIA driver's library instead of libcuda.so.1", ""};
inline constexpr ProbeOption start_time_option{
    "start-time", "Seconds that the driver may take to start (cuInit)", "60"};

/// Of those that wait for a single GPU, and go on without it if it hangs.
inline constexpr ProbeOption wait_limit_option{
    "wait-limit", "Seconds that queued work may take before its GPU counts as hung", "30"};

/// The value of an option that is a number from 0 on. Throws std::invalid_argument.
double number_option(const Plan& plan, const ProbeOption& option);

/// Takes variables that would change the driver's ways out of the environment, opens it and finds
/// its GPUs. Tells the plan what it found: devices, context, and whose machine it is if the driver
/// is a stand-in. What is wrong becomes an absent GPU, never an exception. `wait_limit_s`: see
/// cuda::Driver.
CudaMachine find_gpus(Plan& plan, double wait_limit_s = 60);

/// Plans a row for each metric and each absent GPU: skipped or failed, with the reason.
void plan_absent(Plan& plan, const CudaMachine& machine, std::span<const Metric> metrics);

}  // namespace plumbline
