#include "probes/vendor/cuda.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "probes/vendor/deadline_call.h"
#include "probes/vendor/stand_in.h"

namespace plumbline::cuda {
namespace {

constexpr const char* device_file = "/dev/nvidiactl";

/// Why the driver's device file cannot be opened, as errno; 0 if it can.
int device_file_error() { return ::access(device_file, R_OK | W_OK) == 0 ? 0 : errno; }

/// The typed reason behind a status of cuInit, and what mends it.
Unavailable reason_for(const VendorError& error, const DynamicLibrary& library) {
  const std::string& path = library.path();
  // A stand-in has no device files; what this host has says nothing about its machine.
  const int file_error = stand_in(library) ? 0 : device_file_error();
  const std::string file_state =
      file_error == 0 ? ""
                      : std::string(" (") + device_file + ": " + std::strerror(file_error) + ')';
  const auto because = [&](Problem problem, const std::string& remedy) {
    return Unavailable(problem, path + ": " + error.what() + ". " + remedy);
  };
  switch (static_cast<Status>(error.code())) {
    case Status::stub_library:
      return because(Problem::stub_library,
                     "This is the linking stub of a toolkit, not a driver: take its folder out of "
                     "LD_LIBRARY_PATH, or name the driver's file with --libcuda");
    case Status::no_device:
    case Status::invalid_device:
      if (file_error == EACCES) {
        return because(Problem::no_permission,
                       "Give this user access to /dev/nvidia*" + file_state);
      }
      return because(Problem::no_device,
                     "The driver sees no GPU: nvidia-smi -L and dmesg say which are there; a "
                     "container must be started with its GPUs" +
                         file_state);
    case Status::operating_system:
    case Status::not_permitted:
      return because(Problem::no_permission, "Give this user access to /dev/nvidia*" + file_state);
    case Status::system_not_ready:
      return because(Problem::fabric_not_ready,
                     "NVSwitch is not set up: nvidia-fabricmanager (on Blackwell nvlsm too) of the "
                     "driver's own version must run; nvidia-smi -q shows Fabric: State and Status");
    case Status::system_driver_mismatch:
    case Status::compat_not_supported_on_device:
      return because(Problem::driver_mismatch,
                     "Library and kernel module are of different drivers: reboot after a driver "
                     "update, or take a compat library out of the library path");
    default:
      return because(Problem::start_failed, "dmesg | grep -i nvrm has the kernel module's words");
  }
}

/// cuDeviceGetPCIBusId says "0000:53:00.0" with upper-case digits.
std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string uuid_text(const Uuid& uuid) {
  std::string text = "GPU-";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    constexpr const char* digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

DynamicLibrary open_library(const std::string& path) {
  const std::string candidate = path.empty() ? "libcuda.so.1" : path;
  try {
    return DynamicLibrary(candidate);
  } catch (const LibraryMissing& missing) {
    throw Unavailable(Problem::driver_missing,
                      "the NVIDIA driver's library " + std::string(missing.what()) +
                          ". Install the driver, or name its file with --libcuda");
  }
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

Driver::Driver(DynamicLibrary library, double deadline_s, double wait_limit_s)
    : library_(std::move(library)),
      symbols_(library_),
      functions_{symbols_},
      wait_limit_s_(wait_limit_s) {
  if (!functions_.init || !functions_.driver_version) {
    throw Unavailable(Problem::driver_missing,
                      library_.path() + " has no cuInit: it is no driver of NVIDIA's");
  }
  // A stub knows no version either; cuInit says so in its own words.
  functions_.driver_version.status(&version_);
  const std::optional<int> started = call_within(
      deadline_s, [&] { return static_cast<int>(functions_.init.status(/*flags=*/0)); });
  if (!started) {
    throw Unavailable(Problem::start_timed_out,
                      library_.path() + ": cuInit did not return within " +
                          std::to_string(static_cast<int>(deadline_s)) +
                          " s. Look for a GPU that fell off the bus (dmesg | grep -i xid), for MPS "
                          "with a wrong compute mode, and for a stopped nvidia-fabricmanager");
  }
  if (const auto status = static_cast<Status>(*started); status != Status::success) {
    throw reason_for(functions_.init.error(status), library_);
  }
  functions_.init(0);
  if (!symbols_.missing().empty()) {
    std::string names;
    for (const Symbol& symbol : symbols_.missing()) {
      names += std::string(names.empty() ? "" : ", ") + symbol.base + " of CUDA " +
               version_text(symbol.version);
    }
    throw Unavailable(Problem::driver_too_old, library_.path() + " supports CUDA " +
                                                   version_text(version_) + " and lacks " + names +
                                                   ". Install a newer driver");
  }
}

std::vector<Device> Driver::devices() const {
  int count = 0;
  functions_.device_count(&count);
  std::vector<Device> devices;
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    Device device;
    functions_.device(&device.number, ordinal);
    const auto attribute = [&](Attribute which) {
      int value = 0;
      functions_.device_attribute(&value, which, device.number);
      return static_cast<unsigned>(std::max(value, 0));
    };
    std::array<char, 256> text{};
    functions_.device_name(text.data(), static_cast<int>(text.size()), device.number);
    device.name = text.data();
    if (device.name.find(" MIG ") != std::string::npos) {
      throw Unavailable(Problem::partitioned,
                        "\"" + device.name +
                            "\" is a part of a GPU: what is measured would be the part. Turn MIG "
                            "off (nvidia-smi --multi-instance-gpu=0)");
    }
    functions_.device_pci_address(text.data(), static_cast<int>(text.size()), device.number);
    device.pci_address = lower_case(text.data());
    Uuid uuid{};
    functions_.device_uuid(&uuid, device.number);
    device.uuid = uuid_text(uuid);
    std::size_t bytes = 0;
    functions_.device_memory(&bytes, device.number);
    device.memory_bytes = bytes;
    device.capability_major = attribute(Attribute::compute_capability_major);
    device.capability_minor = attribute(Attribute::compute_capability_minor);
    device.multiprocessors = attribute(Attribute::multiprocessor_count);
    device.threads_per_multiprocessor = attribute(Attribute::max_threads_per_multiprocessor);
    device.l2_bytes = attribute(Attribute::l2_cache_size);
    device.memory_clock_hz = 1000.0 * attribute(Attribute::memory_clock_rate);
    device.memory_bus_bits = attribute(Attribute::memory_bus_width);
    // A driver from before multicast does not know the question.
    int multicast = 0;
    device.multicast =
        functions_.device_attribute.status(&multicast, Attribute::multicast_supported,
                                           device.number) == Status::success &&
        multicast != 0;
    devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(),
            [](const Device& a, const Device& b) { return a.pci_address < b.pci_address; });
  return devices;
}

}  // namespace plumbline::cuda
