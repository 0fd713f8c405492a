// What one GPU is, how it is set up, and what it counts.

#include <cmath>
#include <cstring>
#include <type_traits>

#include "probes/virtual_node/nvml/library.h"

using namespace plumbline::nvml;  // the names of the C interface's types, and nothing else
using plumbline::virtual_node::answered_by;
using plumbline::virtual_node::give;
using plumbline::virtual_node::give_text;
using plumbline::virtual_node::GpuState;
using plumbline::virtual_node::NvmlLibrary;
using plumbline::virtual_node::Refused;

namespace {

constexpr double milli = 1000;
/// nvmlDeviceGetVbiosVersion's and others' largest buffer, where the caller names no size.
constexpr unsigned firmware_text_bytes = 0x40;

unsigned long long reasons_of(const GpuState& state) {
  unsigned long long bits = 0;
  if (state.is_idle != 0) bits |= clock_reason::idle;
  if (state.power_capped != 0) bits |= clock_reason::software_power_cap;
  if (state.software_thermal != 0) bits |= clock_reason::software_thermal;
  if (state.hardware_thermal != 0) {
    bits |= clock_reason::hardware_slowdown | clock_reason::hardware_thermal;
  }
  if (state.hardware_power_brake != 0) {
    bits |= clock_reason::hardware_slowdown | clock_reason::hardware_power_brake;
  }
  return bits;
}

struct GpuUuid {
  std::string operator()(std::size_t gpu) const {
    // The same as the virtual libcuda's: 'v', zeros, the number.
    char text[48];
    std::snprintf(text, sizeof text, "GPU-76000000-0000-0000-0000-0000000000%02zx", gpu);
    return text;
  }
};

/// A field's value; the type that NVML gives most of them.
double field_value(const NvmlLibrary& library, std::size_t gpu, const FieldValue& asked) {
  switch (asked.field) {
    case field::power_capped_ns:
      return library.work(gpu).power_capped_ns;
    case field::software_thermal_ns:
      return library.work(gpu).software_thermal_ns;
    case field::hardware_thermal_ns:
      return library.work(gpu).hardware_thermal_ns;
    case field::hardware_power_brake_ns:
      return library.work(gpu).hardware_power_brake_ns;
    case field::memory_temperature:
      return std::round(library.state(gpu).temperature_c);
    case field::nvlink_count:
      return library.nvlinks(gpu);
    case field::nvlink_state:
      return library.nvlink_is_up(gpu, asked.scope) ? 1 : 0;
    case field::nvlink_receive_errors:
      return library.number(gpu, "nvlink_receive_errors", asked.scope);
    case field::nvlink_link_recoveries:
      return library.number(gpu, "nvlink_link_recoveries", asked.scope);
    case field::nvlink_effective_errors:
      return library.number(gpu, "nvlink_effective_errors", asked.scope);
    case field::pcie_correctable:
      return library.number(gpu, "pcie_correctable");
    case field::pcie_non_fatal:
      return library.number(gpu, "pcie_non_fatal");
    case field::pcie_fatal:
      return library.number(gpu, "pcie_fatal");
    case field::power_now_mw:
      return library.state(gpu).power_now_w * milli;
    case field::recovery_action:
      return library.number(gpu, "recovery_action");
    default:
      throw Refused(Status::not_supported);
  }
}

const char* nvlink_reading(NvLinkError error) {
  switch (error) {
    case NvLinkError::replay:
      return "nvlink_replay";
    case NvLinkError::recovery:
      return "nvlink_recovery";
    case NvLinkError::crc_flit:
      return "nvlink_crc_flit";
    case NvLinkError::crc_data:
      return "nvlink_crc_data";
    case NvLinkError::ecc_data:
      break;
  }
  throw Refused(Status::not_supported);
}

/// The fabric of a machine whose driver says that it is not ready is still being set up.
double fabric_state(const NvmlLibrary& library, std::size_t gpu) {
  constexpr int system_not_ready = 802;
  const double state = library.number(gpu, "fabric_state");
  return library.machine.start.status == system_not_ready &&
                 state == static_cast<double>(FabricState::completed)
             ? static_cast<double>(FabricState::in_progress)
             : state;
}

template <class Info>
Info fabric_of(const NvmlLibrary& library, std::size_t gpu) {
  Info info{};
  info.state = static_cast<FabricState>(fabric_state(library, gpu));
  if (info.state == FabricState::completed) {
    info.status = static_cast<Status>(library.number(gpu, "fabric_status"));
    info.clique = static_cast<unsigned>(library.number(gpu, "fabric_clique"));
    info.health_mask = static_cast<unsigned>(library.number(gpu, "fabric_health_mask"));
  }
  return info;
}

}  // namespace

// A function that gives one text, or one number, of a GPU.
#define GIVES_TEXT(function, expression)                                                \
  VIRTUAL_NVML_EXPORT Status function(DeviceHandle device, char* text, unsigned size) { \
    return answered_by(                                                                 \
        #function, device,                                                              \
        [&]([[maybe_unused]] NvmlLibrary& library, [[maybe_unused]] std::size_t gpu) {  \
          give_text(text, size, expression);                                            \
        });                                                                             \
  }
#define GIVES(function, Type, expression)                                                          \
  VIRTUAL_NVML_EXPORT Status function(DeviceHandle device, std::add_pointer_t<Type> value) {       \
    return answered_by(                                                                            \
        #function, device,                                                                         \
        [&](NvmlLibrary& library, [[maybe_unused]] std::size_t gpu) { give(value, expression); }); \
  }

GIVES_TEXT(nvmlDeviceGetName, library.machine.model.name)
GIVES_TEXT(nvmlDeviceGetUUID, GpuUuid()(gpu))
GIVES_TEXT(nvmlDeviceGetSerial, std::to_string(1650000000000ULL + gpu))
GIVES_TEXT(nvmlDeviceGetVbiosVersion, library.text(gpu, "vbios"))
GIVES_TEXT(nvmlDeviceGetInforomImageVersion, library.text(gpu, "inforom"))
GIVES_TEXT(nvmlDeviceGetBoardPartNumber, library.text(gpu, "board_part"))

GIVES(nvmlDeviceGetPersistenceMode, Enabled, library.number(gpu, "persistence"))
GIVES(nvmlDeviceGetComputeMode, ComputeMode,
      library.machine.gpus[gpu].exclusive_elsewhere
          ? static_cast<double>(ComputeMode::exclusive_process)
          : library.number(gpu, "compute_mode"))
GIVES(nvmlDeviceGetRetiredPagesPendingStatus, Enabled, library.number(gpu, "retired_pages_pending"))
GIVES(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, reasons_of(library.state(gpu)))
GIVES(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long, reasons_of(library.state(gpu)))
GIVES(nvmlDeviceGetPowerUsage, unsigned, library.state(gpu).power_w* milli)
GIVES(nvmlDeviceGetEnforcedPowerLimit, unsigned, library.state(gpu).limit_w* milli)
GIVES(nvmlDeviceGetPowerManagementDefaultLimit, unsigned, library.state(gpu).default_limit_w* milli)
GIVES(nvmlDeviceGetTotalEnergyConsumption, unsigned long long, library.work(gpu).energy_j* milli)
GIVES(nvmlDeviceGetCurrPcieLinkGeneration, unsigned, library.pcie_generation(gpu))
GIVES(nvmlDeviceGetCurrPcieLinkWidth, unsigned, library.pcie_width(gpu))
GIVES(nvmlDeviceGetMaxPcieLinkGeneration, unsigned, library.machine.links.pcie_generation)
GIVES(nvmlDeviceGetMaxPcieLinkWidth, unsigned, library.machine.links.pcie_width)
GIVES(nvmlDeviceGetPcieReplayCounter, unsigned, library.number(gpu, "pcie_replays"))

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetGspFirmwareVersion(DeviceHandle device, char* version) {
  return answered_by("nvmlDeviceGetGspFirmwareVersion", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       give_text(version, firmware_text_bytes, library.text(gpu, "gsp_firmware"));
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetMemoryInfo_v2(DeviceHandle device, MemoryInfo* info) {
  return answered_by("nvmlDeviceGetMemoryInfo_v2", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       if (info == nullptr || info->version != struct_version<MemoryInfo>(2)) {
                         throw Refused(Status::argument_version_mismatch);
                       }
                       info->total = library.machine.model.memory_bytes;
                       info->reserved = 0;
                       info->used = 0;
                       for (const auto& process : library.monitor(gpu).processes) {
                         info->used += process.memory_bytes;
                       }
                       info->free = info->total - info->used;
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetMigMode(DeviceHandle device, unsigned* now,
                                                unsigned* later) {
  return answered_by("nvmlDeviceGetMigMode", device, [&](NvmlLibrary& library, std::size_t gpu) {
    const double mode = library.machine.gpus[gpu].partitioned ? 1 : library.number(gpu, "mig");
    give(now, mode);
    give(later, mode);
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetEccMode(DeviceHandle device, Enabled* now, Enabled* later) {
  return answered_by("nvmlDeviceGetEccMode", device, [&](NvmlLibrary& library, std::size_t gpu) {
    give(now, library.number(gpu, "ecc"));
    give(later, library.number(gpu, "ecc"));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetComputeRunningProcesses_v3(DeviceHandle device,
                                                                   unsigned* count,
                                                                   ProcessInfo* list) {
  return answered_by(
      "nvmlDeviceGetComputeRunningProcesses_v3", device,
      [&](NvmlLibrary& library, std::size_t gpu) {
        if (count == nullptr) throw Refused(Status::invalid_argument, "no place for the count");
        constexpr unsigned no_instance = 0xffffffff;
        std::vector<ProcessInfo> found;
        for (const auto& process : library.monitor(gpu).processes) {
          found.push_back({process.pid, process.memory_bytes, no_instance, no_instance});
        }
        if (library.machine.gpus[gpu].exclusive_elsewhere && found.empty()) {
          found.push_back({4711, std::uint64_t{1} << 30, no_instance, no_instance});
        }
        const bool fits = found.size() <= *count;
        *count = static_cast<unsigned>(found.size());
        if (!fits) throw Refused(Status::insufficient_size);
        for (std::size_t i = 0; i < found.size(); ++i) list[i] = found[i];
      });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetTotalEccErrors(DeviceHandle device, EccError error,
                                                       EccCounter counter,
                                                       unsigned long long* count) {
  return answered_by(
      "nvmlDeviceGetTotalEccErrors", device, [&](NvmlLibrary& library, std::size_t gpu) {
        const std::string name = error == EccError::corrected ? "ecc_corrected" : "ecc_uncorrected";
        double total = library.number(gpu, name);
        if (counter == EccCounter::lifetime) {
          total += library.number(gpu, name + "_before");
        }
        give(count, total);
      });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetSramEccErrorStatus(DeviceHandle device,
                                                           SramErrors* errors) {
  return answered_by(
      "nvmlDeviceGetSramEccErrorStatus", device, [&](NvmlLibrary& library, std::size_t gpu) {
        if (errors == nullptr || errors->version != struct_version<SramErrors>(1)) {
          throw Refused(Status::argument_version_mismatch);
        }
        SramErrors found{};
        found.version = errors->version;
        found.threshold_exceeded = library.number(gpu, "sram_threshold_exceeded") != 0 ? 1 : 0;
        *errors = found;
      });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetRemappedRows(DeviceHandle device, unsigned* by_corrected,
                                                     unsigned* by_uncorrected, unsigned* pending,
                                                     unsigned* failed) {
  return answered_by("nvmlDeviceGetRemappedRows", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       give(by_corrected, library.number(gpu, "remapped_by_corrected"));
                       give(by_uncorrected, library.number(gpu, "remapped_by_uncorrected"));
                       give(pending, library.number(gpu, "remap_pending"));
                       give(failed, library.number(gpu, "remap_failed"));
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetRowRemapperHistogram(DeviceHandle device,
                                                             RowHistogram* histogram) {
  return answered_by(
      "nvmlDeviceGetRowRemapperHistogram", device, [&](NvmlLibrary& library, std::size_t gpu) {
        constexpr unsigned banks = 2560;
        RowHistogram found{};
        found.none = static_cast<unsigned>(library.number(gpu, "banks_without_spare_rows"));
        found.all = banks - found.none;
        give(histogram, found);
      });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetClockInfo(DeviceHandle device, Clock clock, unsigned* mhz) {
  return answered_by("nvmlDeviceGetClockInfo", device, [&](NvmlLibrary& library, std::size_t gpu) {
    const GpuState state = library.state(gpu);
    give(mhz, std::round(clock == Clock::memory ? state.memory_clock_mhz : state.clock_mhz));
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetMaxClockInfo(DeviceHandle device, Clock clock,
                                                     unsigned* mhz) {
  return answered_by("nvmlDeviceGetMaxClockInfo", device, [&](NvmlLibrary& library, std::size_t) {
    const auto& model = library.machine.model;
    give(mhz, (clock == Clock::memory ? model.memory_clock_khz : model.core_clock_khz) / 1000);
  });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetTemperature(DeviceHandle device, Sensor sensor,
                                                    unsigned* celsius) {
  return answered_by("nvmlDeviceGetTemperature", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       if (sensor != Sensor::gpu) throw Refused(Status::invalid_argument);
                       give(celsius, std::round(library.state(gpu).temperature_c));
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetNvLinkState(DeviceHandle device, unsigned link,
                                                    Enabled* state) {
  return answered_by(
      "nvmlDeviceGetNvLinkState", device,
      [&](NvmlLibrary& library, std::size_t gpu) { give(state, library.nvlink_is_up(gpu, link)); });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetNvLinkErrorCounter(DeviceHandle device, unsigned link,
                                                           NvLinkError error,
                                                           unsigned long long* count) {
  return answered_by("nvmlDeviceGetNvLinkErrorCounter", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       give(count, library.number(gpu, nvlink_reading(error), link));
                     });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetGpuFabricInfoV(DeviceHandle device, FabricInfo* info) {
  return answered_by(
      "nvmlDeviceGetGpuFabricInfoV", device, [&](NvmlLibrary& library, std::size_t gpu) {
        if (info == nullptr) throw Refused(Status::invalid_argument);
        if (info->version == struct_version<FabricInfo>(3)) {
          auto found = fabric_of<FabricInfo>(library, gpu);
          found.version = info->version;
          found.health_summary =
              static_cast<unsigned char>(library.number(gpu, "fabric_health_summary"));
          *info = found;
        } else if (info->version == struct_version<FabricInfo2>(2)) {
          auto found = fabric_of<FabricInfo2>(library, gpu);
          found.version = info->version;
          std::memcpy(static_cast<void*>(info), &found, sizeof found);
        } else {
          throw Refused(Status::argument_version_mismatch);
        }
      });
}

VIRTUAL_NVML_EXPORT Status nvmlDeviceGetFieldValues(DeviceHandle device, int count,
                                                    FieldValue* values) {
  return answered_by("nvmlDeviceGetFieldValues", device,
                     [&](NvmlLibrary& library, std::size_t gpu) {
                       if (count <= 0 || values == nullptr) throw Refused(Status::invalid_argument);
                       for (int i = 0; i < count; ++i) {
                         FieldValue& value = values[i];
                         value.type = ValueType::unsigned_long_long;
                         try {
                           library.ask(gpu, "field " + std::to_string(value.field));
                           value.value.unsigned_long_long =
                               static_cast<unsigned long long>(field_value(library, gpu, value));
                           value.status = Status::success;
                         } catch (const Refused& refused) {
                           value.status = refused.status;
                         }
                       }
                     });
}
