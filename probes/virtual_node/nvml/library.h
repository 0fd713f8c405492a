#pragma once

#include <cstdio>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "probes/vendor/nvml_abi.h"
#include "probes/virtual_node/machine.h"
#include "probes/virtual_node/power.h"
#include "probes/virtual_node/work_log.h"

namespace plumbline::virtual_node {

/// How a call ends that does not succeed. `why` is for whoever wrote the call, and printed.
struct Refused : std::exception {
  nvml::Status status;
  std::string why;

  explicit Refused(nvml::Status status_, std::string why_ = {})
      : status(status_), why(std::move(why_)) {}
  const char* what() const noexcept override { return why.c_str(); }
};

/// NVML of the machine that is described beside this library. What its GPUs do in this process it
/// asks the virtual libcuda, if that is loaded; what they did before, the machine remembers.
/// Without either they are idle and new.
class NvmlLibrary {
 public:
  NvmlLibrary(Machine machine, std::filesystem::path folder);

  const Machine machine;
  unsigned started = 0;  ///< nvmlInit_v2 counts

  /// The GPUs that the library counts: all but those that are missing; a lost one is counted.
  const std::vector<std::size_t>& counted() const { return counted_; }

  nvml::DeviceHandle handle(std::size_t gpu) const;
  /// Throws Refused: the handle is none of ours, or the GPU fell off the bus.
  std::size_t gpu_of(nvml::DeviceHandle handle) const;
  const GpuMonitor& monitor(std::size_t gpu) const { return machine.gpus[gpu].monitor; }

  /// Throws Refused where the machine file says that this function, or field, refuses.
  void ask(std::size_t gpu, const std::string& function) const;

  GpuState state(std::size_t gpu) const;
  Work work(std::size_t gpu) const;

  /// A reading by name, grown by what its GPU did. Throws Refused with "not supported" for one that
  /// is below 0 in the machine file.
  double number(std::size_t gpu, const std::string& reading) const;
  std::string text(std::size_t gpu, const std::string& reading) const;
  /// Link: "nvlink_replay" of link 7.
  double number(std::size_t gpu, const std::string& reading, unsigned link) const;

  // Its links, as the machine file's [links] and faults have them.
  unsigned nvlinks(std::size_t gpu) const;
  bool nvlink_is_up(std::size_t gpu, unsigned link) const;
  unsigned pcie_generation(std::size_t gpu) const;
  unsigned pcie_width(std::size_t gpu) const;

  /// How many of a GPU's errors have happened by now, in the order of the machine file.
  std::vector<const Xid*> xids(std::size_t gpu) const;
  /// The kernel's log lines of them, of all GPUs.
  std::string kernel_log() const;

 private:
  std::optional<double> described(std::size_t gpu, const std::string& reading) const;

  std::filesystem::path folder_;
  std::vector<Work> earlier_;
  std::vector<std::size_t> counted_;
};

NvmlLibrary& the_nvml();
std::mutex& nvml_mutex();

/// Runs the body of an exported function: one at a time, after nvmlInit_v2, with what it throws
/// turned into its status.
template <class Body>
nvml::Status answered(const char* function, Body&& body) {
  const std::lock_guard lock(nvml_mutex());
  try {
    NvmlLibrary& library = the_nvml();
    if (library.started == 0) return nvml::Status::uninitialized;
    body(library);
    return nvml::Status::success;
  } catch (const Refused& refused) {
    if (!refused.why.empty()) {
      std::fprintf(stderr, "virtual node: %s: %s\n", function, refused.what());
    }
    return refused.status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "virtual node: %s: %s\n", function, error.what());
    return nvml::Status::unknown;
  }
}

/// The same for a question about one GPU, which may refuse it.
template <class Body>
nvml::Status answered_by(const char* function, nvml::DeviceHandle device, Body&& body) {
  return answered(function, [&](NvmlLibrary& library) {
    const std::size_t gpu = library.gpu_of(device);
    library.ask(gpu, function);
    body(library, gpu);
  });
}

/// Writes an answer; the caller must have given a place for it.
template <class T, class Value>
void give(T* place, Value value) {
  if (place == nullptr) throw Refused(nvml::Status::invalid_argument, "no place for the answer");
  *place = static_cast<T>(value);
}
void give_text(char* place, unsigned size, const std::string& text);

}  // namespace plumbline::virtual_node

/// For functions that a library exports.
#define VIRTUAL_NVML_EXPORT extern "C" __attribute__((visibility("default")))
