#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "probes/vendor/dynamic_library.h"
#include "probes/vendor/nvml_functions.h"

namespace plumbline::nvml {

/// Why NVML cannot be used at all.
enum class Problem {
  library_missing,    ///< no library of that name, or one that is not NVML
  driver_not_loaded,  ///< no kernel module
  no_permission,      ///< the device files cannot be opened
  version_mismatch,   ///< library and kernel module are of different drivers
  gpu_lost,           ///< a GPU that fell off the bus keeps it from starting
  start_failed,       ///< anything else
};

/// NVML is not there or does not start. The message says what was found and how to mend it.
class Unavailable : public std::runtime_error {
 public:
  Unavailable(Problem problem, const std::string& message)
      : std::runtime_error(message), problem_(problem) {}
  Problem problem() const { return problem_; }

 private:
  Problem problem_;
};

/// What NVML answered to one question: a value, or why there is none. Most of its answers are about
/// one GPU, and one that this GPU or driver cannot give must not end what the others tell.
template <class T>
class Reading {
 public:
  Reading(T value) : value_(std::move(value)) {}
  Reading(Status status, std::string reason) : status_(status), reason_(std::move(reason)) {}

  explicit operator bool() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return &*value_; }

  Status status() const { return status_; }
  /// "nvmlDeviceGetSerial: not supported (3) by this GPU or driver"
  const std::string& reason() const { return reason_; }
  /// The GPU itself cannot be asked any more: no missing feature, but a fault.
  bool is_fault() const {
    return status_ == Status::gpu_is_lost || status_ == Status::reset_required ||
           status_ == Status::corrupted_inforom || status_ == Status::interrupt_issue ||
           status_ == Status::unknown;
  }

  /// The same with what `change` makes of the value.
  template <class Change>
  auto then(Change&& change) const -> Reading<decltype(change(std::declval<const T&>()))> {
    if (!value_) return {status_, reason_};
    return change(*value_);
  }

 private:
  std::optional<T> value_;
  Status status_ = Status::success;
  std::string reason_;
};

struct Mode {
  bool now = false;
  bool after_reset = false;
};

struct RemappedRows {
  unsigned by_corrected = 0;    ///< errors that were corrected
  unsigned by_uncorrected = 0;  ///< errors that were not
  bool pending = false;         ///< takes effect with the next reset
  bool failed = false;
};

/// What the NVSwitch fabric says of a GPU.
struct Fabric {
  FabricState state = FabricState::not_supported;
  Status status = Status::success;  ///< how the registration ended, once completed
  unsigned clique = 0;
  std::string cluster;                  ///< 32 hexadecimal digits
  std::optional<unsigned> health_mask;  ///< older drivers do not tell
  std::optional<unsigned> health_summary;
};

/// What is wrong with a fabric in words; empty if nothing is.
std::string fabric_complaint(const Fabric& fabric);

/// "none", "reset the GPU" ...
std::string recovery_action_text(unsigned action);

/// "power cap, thermal slowdown (hardware)"; "none".
std::string clock_reasons_text(unsigned long long reasons);

struct Event {
  DeviceHandle device = nullptr;
  unsigned long long type = 0;
  unsigned long long data = 0;
};

class Gpu;

/// Opens libnvidia-ml.so.1, or exactly the file `path` if that is not empty. Throws Unavailable.
DynamicLibrary open_library(const std::string& path = {});

/// NVML, started; shut down with its owner. All calls go through one mutex: the library allows
/// more, its drivers have not always. Needs no CUDA and makes no context.
class Session {
 public:
  /// Throws Unavailable.
  explicit Session(DynamicLibrary library);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const DynamicLibrary& library() const { return library_; }
  Reading<std::string> driver_version() const;
  Reading<std::string> nvml_version() const;

  /// The GPUs that answer, by PCI address.
  std::vector<Gpu> gpus() const;

  /// The GPU at an address "0000:53:00.0", as CUDA and the bus name it.
  Reading<Gpu> at(const std::string& pci_address) const;

  /// Calls a function whose last argument is where the answer goes.
  template <class T, class Function, class... Args>
  Reading<T> ask(const Function& function, Args... args) const {
    T value{};
    const Status status = call(function, args..., &value);
    if (status == Status::success) return value;
    return {status, reason(function.name(), status)};
  }
  template <class Function, class... Args>
  Status call(const Function& function, Args... args) const {
    if (!function) return Status::function_not_found;
    const std::lock_guard lock(mutex_);
    return function.status(args...);
  }
  std::string reason(const std::string& function, Status status) const;
  const Functions& functions() const { return functions_; }

 private:
  DynamicLibrary library_;
  Exports exports_;
  Functions functions_;
  mutable std::mutex mutex_;
};

/// One GPU as NVML names it: what can be asked of it. The session must outlive it.
class Gpu {
 public:
  Gpu() = default;
  Gpu(const Session& session, DeviceHandle handle, std::string pci_address)
      : session_(&session), handle_(handle), pci_address_(std::move(pci_address)) {}

  const std::string& pci_address() const { return pci_address_; }
  DeviceHandle handle() const { return handle_; }

  Reading<std::string> name() const { return text(call().name); }
  Reading<std::string> uuid() const { return text(call().uuid); }
  Reading<std::string> serial() const { return text(call().serial); }
  Reading<std::string> vbios() const { return text(call().vbios); }
  Reading<std::string> inforom() const { return text(call().inforom); }
  Reading<std::string> board_part() const { return text(call().board_part); }
  Reading<std::string> gsp_firmware() const;
  Reading<MemoryInfo> memory() const;

  Reading<bool> persistence() const;
  Reading<ComputeMode> compute_mode() const { return ask<ComputeMode>(call().compute_mode); }
  Reading<Mode> mig() const;
  Reading<Mode> ecc() const;
  Reading<std::vector<ProcessInfo>> processes() const;

  Reading<std::uint64_t> ecc_errors(EccError error, EccCounter counter) const;
  Reading<SramErrors> sram_errors() const;
  Reading<RemappedRows> remapped_rows() const;
  Reading<RowHistogram> row_histogram() const { return ask<RowHistogram>(call().row_histogram); }
  Reading<bool> retired_pages_pending() const;

  Reading<double> clock_mhz(Clock clock) const;
  Reading<double> max_clock_mhz(Clock clock) const;
  Reading<std::uint64_t> clock_reasons() const;
  Reading<double> power_w() const { return milli(call().power_mw); }
  Reading<double> power_limit_w() const { return milli(call().power_limit_mw); }
  Reading<double> default_power_limit_w() const { return milli(call().default_power_limit_mw); }
  Reading<double> energy_j() const;
  Reading<double> temperature_c() const;

  Reading<unsigned> pcie_generation() const { return ask<unsigned>(call().pcie_generation); }
  Reading<unsigned> pcie_width() const { return ask<unsigned>(call().pcie_width); }
  Reading<unsigned> max_pcie_generation() const {
    return ask<unsigned>(call().max_pcie_generation);
  }
  Reading<unsigned> max_pcie_width() const { return ask<unsigned>(call().max_pcie_width); }
  Reading<std::uint64_t> pcie_replays() const;

  /// How many links this GPU has; nothing where NVLink is not its kind.
  Reading<unsigned> nvlinks() const;
  Reading<bool> nvlink_is_up(unsigned link) const;
  Reading<std::uint64_t> nvlink_errors(unsigned link, NvLinkError error) const;
  Reading<Fabric> fabric() const;

  /// One of the values that newer drivers have numbers for. `scope` is the link, for those of one.
  Reading<std::uint64_t> field(unsigned id, unsigned scope = 0) const;

  struct FieldOf {
    unsigned id = 0;
    unsigned scope = 0;
  };
  /// Several of them with one call to the driver; an answer for each.
  std::vector<Reading<std::uint64_t>> fields(const std::vector<FieldOf>& asked) const;

 private:
  const Functions& call() const { return session_->functions(); }
  template <class T, class Function, class... Args>
  Reading<T> ask(const Function& function, Args... args) const {
    return session_->ask<T>(function, handle_, args...);
  }
  Reading<std::string> text(const Functions::GetText& function) const;
  Reading<double> milli(const Functions::Get<unsigned>& function) const;

  const Session* session_ = nullptr;
  DeviceHandle handle_ = nullptr;
  std::string pci_address_;
};

/// Hears what happens to GPUs from its making on: XIDs, uncorrectable errors, lost GPUs.
class EventSet {
 public:
  /// Registers the GPUs for what each of them can report; throws VendorError if none can.
  EventSet(const Session& session, const std::vector<Gpu>& gpus);
  EventSet(const EventSet&) = delete;
  EventSet& operator=(const EventSet&) = delete;
  ~EventSet();

  /// What came since the last call; does not wait.
  std::vector<Event> heard() const;

 private:
  const Session& session_;
  EventSetHandle handle_ = nullptr;
};

}  // namespace plumbline::nvml
