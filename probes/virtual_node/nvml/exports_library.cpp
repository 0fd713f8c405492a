// The library itself, which GPUs there are, and events.

#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>

#include "probes/virtual_node/nvml/library.h"

using plumbline::nvml::DeviceHandle;
using plumbline::nvml::EventData;
using plumbline::nvml::EventSetHandle;
using plumbline::nvml::PciInfo;
using plumbline::nvml::Status;
using plumbline::virtual_node::answered;
using plumbline::virtual_node::answered_by;
using plumbline::virtual_node::give;
using plumbline::virtual_node::give_text;
using plumbline::virtual_node::nvml_mutex;
using plumbline::virtual_node::NvmlLibrary;
using plumbline::virtual_node::Refused;
using plumbline::virtual_node::the_nvml;

namespace event_type = plumbline::nvml::event_type;

namespace {

/// A set of events: which GPUs it listens to, and how many of each one's errors it has told.
struct EventSet {
  struct Listening {
    std::size_t gpu;
    std::size_t told;
  };
  std::vector<Listening> gpus;
};

std::vector<std::unique_ptr<EventSet>>& event_sets() {
  static std::vector<std::unique_ptr<EventSet>> sets;
  return sets;
}

EventSet& set_of(EventSetHandle handle) {
  for (const auto& set : event_sets()) {
    if (reinterpret_cast<EventSetHandle>(set.get()) == handle) return *set;
  }
  throw Refused(Status::invalid_argument, "the handle is of no event set");
}

constexpr unsigned long long supported_events = event_type::double_bit_ecc | event_type::xid |
                                                event_type::gpu_unavailable |
                                                event_type::recovery_action;
constexpr unsigned no_instance = 0xffffffff;

/// "00000000:53:00.0" and "0000:53:00.0" are one address.
std::string short_address(std::string address) {
  std::transform(address.begin(), address.end(), address.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t colon = address.find(':');
  if (colon != std::string::npos && colon > 4) address.erase(0, colon - 4);
  return address;
}

}  // namespace

VIRTUAL_NVML_EXPORT const char* plumbline_stand_in(const char* key) {
  const std::lock_guard lock(nvml_mutex());
  static std::string answer;
  try {
    const NvmlLibrary& library = the_nvml();
    answer.clear();
    if (std::strcmp(key, "host") == 0) answer = library.machine.host;
    if (std::strcmp(key, "instance_type") == 0) answer = library.machine.instance_type;
    if (std::strcmp(key, "kernel_log") == 0) answer = library.kernel_log();
    if (std::strcmp(key, "gpu_addresses") == 0) {
      for (const auto& gpu : library.machine.gpus) answer += gpu.pci_address + ' ';
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "virtual node: plumbline_stand_in: %s\n", error.what());
  }
  return answer.c_str();
}

VIRTUAL_NVML_EXPORT Status nvmlInit_v2() {
  const std::lock_guard lock(nvml_mutex());
  try {
    NvmlLibrary& library = the_nvml();
    const auto status = static_cast<Status>(library.machine.monitor.start_status);
    if (status == Status::success) ++library.started;
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "virtual node: nvmlInit_v2: %s\n", error.what());
    return Status::unknown;
  }
}

VIRTUAL_NVML_EXPORT Status nvmlShutdown() {
  return answered("nvmlShutdown", [](NvmlLibrary& library) { --library.started; });
}

VIRTUAL_NVML_EXPORT const char* nvmlErrorString(Status status) {
  return status == Status::success ? "Success" : "An error of the virtual node";
}

VIRTUAL_NVML_EXPORT Status nvmlSystemGetDriverVersion(char* version, unsigned size) {
  return answered("nvmlSystemGetDriverVersion", [&](NvmlLibrary& library) {
    give_text(version, size, library.text(0, "driver_version"));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlSystemGetNVMLVersion(char* version, unsigned size) {
  return answered("nvmlSystemGetNVMLVersion", [&](NvmlLibrary& library) {
    give_text(version, size, library.text(0, "nvml_version"));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlSystemGetCudaDriverVersion_v2(int* version) {
  return answered("nvmlSystemGetCudaDriverVersion_v2",
                  [&](NvmlLibrary& library) { give(version, library.machine.cuda_version); });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetCount_v2(unsigned* count) {
  return answered("nvmlDeviceGetCount_v2",
                  [&](NvmlLibrary& library) { give(count, library.counted().size()); });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetHandleByIndex_v2(unsigned index, DeviceHandle* device) {
  return answered("nvmlDeviceGetHandleByIndex_v2", [&](NvmlLibrary& library) {
    if (index >= library.counted().size()) throw Refused(Status::invalid_argument);
    give(device, library.handle(library.counted()[index]));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetHandleByPciBusId_v2(const char* address,
                                                            DeviceHandle* device) {
  return answered("nvmlDeviceGetHandleByPciBusId_v2", [&](NvmlLibrary& library) {
    if (address == nullptr) throw Refused(Status::invalid_argument, "no address");
    for (const std::size_t gpu : library.counted()) {
      if (library.machine.gpus[gpu].pci_address != short_address(address)) continue;
      return give(device, library.handle(gpu));
    }
    throw Refused(Status::not_found);
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetPciInfo_v3(DeviceHandle device, PciInfo* info) {
  return answered_by("nvmlDeviceGetPciInfo_v3", device, [&](NvmlLibrary& library, std::size_t gpu) {
    PciInfo found{};
    const std::string& address = library.machine.gpus[gpu].pci_address;
    std::sscanf(address.c_str(), "%x:%x:%x", &found.domain, &found.bus, &found.device);
    std::snprintf(found.legacy_address, sizeof found.legacy_address, "%s", address.c_str());
    std::snprintf(found.address, sizeof found.address, "0000%s", address.c_str());
    give(info, found);
  });
}

VIRTUAL_NVML_EXPORT Status nvmlEventSetCreate(EventSetHandle* set) {
  return answered("nvmlEventSetCreate", [&](NvmlLibrary&) {
    event_sets().push_back(std::make_unique<EventSet>());
    give(set, reinterpret_cast<EventSetHandle>(event_sets().back().get()));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlEventSetFree(EventSetHandle set) {
  return answered("nvmlEventSetFree", [&](NvmlLibrary&) {
    const EventSet& gone = set_of(set);
    std::erase_if(event_sets(), [&](const auto& known) { return known.get() == &gone; });
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetSupportedEventTypes(DeviceHandle device,
                                                            unsigned long long* types) {
  return answered_by("nvmlDeviceGetSupportedEventTypes", device,
                     [&](NvmlLibrary&, std::size_t) { give(types, supported_events); });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceRegisterEvents(DeviceHandle device, unsigned long long types,
                                                    EventSetHandle set) {
  return answered_by("nvmlDeviceRegisterEvents", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       if ((types & ~supported_events) != 0) throw Refused(Status::not_supported);
                       set_of(set).gpus.push_back({gpu, library.xids(gpu).size()});
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlEventSetWait_v2(EventSetHandle set, EventData* data, unsigned) {
  return answered("nvmlEventSetWait_v2", [&](NvmlLibrary& library) {
    for (EventSet::Listening& listening : set_of(set).gpus) {
      const auto happened = library.xids(listening.gpu);
      if (listening.told >= happened.size()) continue;
      EventData event{};
      event.device = library.handle(listening.gpu);
      event.type = event_type::xid;
      event.data = happened[listening.told++]->number;
      event.gpu_instance = event.compute_instance = no_instance;
      return give(data, event);
    }
    // Nothing happens by itself while the caller waits: the machine stands still then.
    throw Refused(Status::timeout);
  });
}
