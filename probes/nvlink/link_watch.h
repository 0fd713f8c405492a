#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/gpu/gpus.h"
#include "probes/gpu/monitor.h"
#include "probes/harness/plan.h"

namespace plumbline::nvlink {

/// The links of one GPU at one time.
struct LinkLook {
  std::map<std::string, std::uint64_t>
      errors;                           ///< "link 3 replay": how many since the driver began
  std::vector<std::optional<bool>> up;  ///< by link; none: NVML does not tell
  std::string refused;                  ///< the first thing that was not told, and why
};

/// What two looks at the links of one GPU differ in.
struct LinkChange {
  std::uint64_t errors = 0;  ///< how many came
  std::string errors_text;   ///< "link 3 replay 12, link 3 recovery 1"
  std::string went_down;     ///< "link 3, link 4"
  std::string unread;        ///< why what was told before is not any more
};
LinkChange change(const LinkLook& before, const LinkLook& after);

/// The links of the GPUs as NVML tells: how many are up, what the fabric says, and which errors
/// they count.
class LinkWatch {
 public:
  LinkWatch(Monitor monitor, const std::vector<CudaGpu>& gpus);

  /// How many links of a GPU are up. These throw Skip where NVML does not tell.
  Fact links_up(const CudaGpu& gpu) const;
  /// "ready", or what is wrong.
  Fact fabric(const CudaGpu& gpu) const;
  /// Errors counted since the watch began; the note names the links, and what was measured then.
  Fact errors(const CudaGpu& gpu) const;
  /// False: there is no NVML.
  bool tells() const { return monitor_.session != nullptr; }
  /// True if NVML says that at least one link of it is up.
  bool has_links(const CudaGpu& gpu) const;

  /// For the context: that links are looked at around each test, or of which GPUs not, and why.
  std::string extent() const;
  /// A look at the links of a GPU now: some tens of calls that cost microseconds to milliseconds
  /// each, so not while something is timed. Empty where nothing is told.
  LinkLook look(const std::string& subject) const;
  /// Errors of a GPU's links came while this was measured.
  void remember(const std::string& subject, const std::string& test);

 private:
  /// A GPU whose links can be looked at, and what of them NVML tells.
  struct Watched {
    nvml::Gpu gpu;
    unsigned links = 0;
    std::vector<std::pair<nvml::NvLinkError, const char*>> counters;
    std::vector<std::pair<unsigned, const char*>> fields;  ///< NVLink 5 has them in their place
    LinkLook first;
    std::vector<std::string> tests;  ///< in which errors came
  };

  nvml::Gpu at(const CudaGpu& gpu) const;
  void begin(const CudaGpu& gpu);
  static LinkLook look(const Watched& watched);

  Monitor monitor_;
  std::map<std::string, Watched> watched_;  ///< by subject
  std::string unwatched_;                   ///< "gpu3: why; gpu4: why"
};

}  // namespace plumbline::nvlink
