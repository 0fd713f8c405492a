#pragma once

#include <filesystem>
#include <vector>

#include "probes/virtual_node/gpu_state.h"
#include "probes/virtual_node/monitor_model.h"

namespace plumbline::virtual_node {

/// A machine remembers what its GPUs did in processes that have ended if its folder has a folder
/// `state`; without it every process meets the machine as it was described. Whoever copies a
/// machine for a run of many processes makes that folder; two runs on fresh copies are the same.
class WorkLog {
 public:
  explicit WorkLog(const std::filesystem::path& machine_folder);

  /// Of the GPUs, in order: all that was remembered.
  std::vector<Work> read(std::size_t gpus) const;
  /// Adds what a process did; does nothing if the machine does not remember.
  void append(const std::vector<Work>& work) const;

 private:
  std::filesystem::path file_;
};

Work work_of(const GpuState& state);

}  // namespace plumbline::virtual_node
