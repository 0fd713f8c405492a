#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/vendor/cuda_functions.h"
#include "probes/vendor/dynamic_library.h"

namespace plumbline::cuda {

/// Why the driver of a machine cannot be used: each has another person who can mend it.
enum class Problem {
  driver_missing,    ///< no library of that name
  stub_library,      ///< the linking stub of a toolkit was opened in its place
  driver_too_old,    ///< lacks a function of the pinned version
  start_timed_out,   ///< cuInit did not return
  no_device,         ///< the driver sees no GPU
  no_permission,     ///< the device files cannot be opened
  fabric_not_ready,  ///< 802: NVSwitch is not set up
  driver_mismatch,   ///< library and kernel module differ
  partitioned,       ///< MIG: what would be measured is a part of a GPU
  start_failed,      ///< anything else that cuInit says
};

/// The driver is not there or not usable. The message says what was found and how to mend it; it
/// becomes the reason of a skipped or failed row.
class Unavailable : public std::runtime_error {
 public:
  Unavailable(Problem problem, const std::string& message)
      : std::runtime_error(message), problem_(problem) {}
  Problem problem() const { return problem_; }

 private:
  Problem problem_;
};

/// A GPU as the driver describes it.
struct Device {
  DeviceNumber number = 0;
  std::string name;         ///< "NVIDIA H100 80GB HBM3"
  std::string uuid;         ///< "GPU-2a5f..."
  std::string pci_address;  ///< "0000:53:00.0", as everywhere in the tables
  std::uint64_t memory_bytes = 0;
  unsigned capability_major = 0;  ///< 9 of sm_90
  unsigned capability_minor = 0;
  unsigned multiprocessors = 0;
  unsigned threads_per_multiprocessor = 0;
  std::uint64_t l2_bytes = 0;
  double memory_clock_hz = 0;
  unsigned memory_bus_bits = 0;
  bool multicast = false;  ///< can write to the memory of several GPUs at once, through NVSwitch

  /// Clock x width x 2 (double data rate), in bytes per second: what no kernel can exceed.
  double peak_bytes_per_s() const { return memory_clock_hz * memory_bus_bits / 8 * 2; }
};

/// Opens libcuda.so.1, or exactly the file `path` if that is not empty. Throws Unavailable.
DynamicLibrary open_library(const std::string& path = {});

/// The driver, started. Every other type of this folder that has to do with CUDA refers to one, so
/// it must outlive them.
class Driver {
 public:
  /// cuInit is first tried in a child process: one that hangs (a broken fabric, MPS with a wrong
  /// compute mode) cannot be taken back within a process. Throws Unavailable.
  /// `wait_limit_s`: how long queued work may take before its GPU counts as hung.
  explicit Driver(DynamicLibrary library, double deadline_s = 60, double wait_limit_s = 60);
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  const Functions& call() const { return functions_; }
  const DynamicLibrary& library() const { return library_; }
  double wait_limit_s() const { return wait_limit_s_; }
  int version() const { return version_; }  ///< 12040 is CUDA 12.4: the newest it supports

  /// All GPUs, by PCI address. Throws Unavailable if a GPU is partitioned (MIG).
  std::vector<Device> devices() const;

 private:
  DynamicLibrary library_;
  Symbols symbols_;
  Functions functions_;
  double wait_limit_s_;
  int version_ = 0;
};

/// "12.4" of 12040.
std::string version_text(int version);

}  // namespace plumbline::cuda
