#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probes/gpu/gpus.h"
#include "probes/gpu/monitor.h"
#include "probes/harness/plan.h"

namespace plumbline::nvlink {

/// The links of the GPUs as NVML tells: how many are up, what the fabric says, and which errors
/// they counted since the watch began.
class LinkWatch {
 public:
  LinkWatch(Monitor monitor, const std::vector<CudaGpu>& gpus);

  /// How many links of a GPU are up. These throw Skip where NVML does not tell.
  Fact links_up(const CudaGpu& gpu) const;
  /// "ready", or what is wrong.
  Fact fabric(const CudaGpu& gpu) const;
  /// Errors counted since the watch began; the note names the links.
  Fact errors(const CudaGpu& gpu) const;
  /// True if NVML says that at least one link of it is up.
  bool has_links(const CudaGpu& gpu) const;

 private:
  using Counts = std::map<std::string, std::uint64_t>;  ///< "link 3 replay": how many

  nvml::Gpu at(const CudaGpu& gpu) const;
  Counts count(const nvml::Gpu& gpu) const;

  Monitor monitor_;
  std::map<std::string, Counts> before_;  ///< by subject
};

}  // namespace plumbline::nvlink
