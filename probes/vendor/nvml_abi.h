#pragma once

#include <cstddef>
#include <cstdint>

/// The part of NVML that the probes use, declared here: Debian has no nvml.h, and the toolkit's
/// packages that this project needs have none either. Names and numbers are those of nvml.h of API
/// version 13 as published in NVIDIA/go-nvml@2f9e261fe40a, gen/nvml/nvml.h; every structure was
/// compared with it by a compiler, and keeps its size and the place of its last member below.
namespace plumbline::nvml {

/// nvmlReturn_t: the values that are told apart here; others come as they are.
enum class Status : int {
  success = 0,
  uninitialized = 1,
  invalid_argument = 2,
  not_supported = 3,
  no_permission = 4,
  not_found = 6,
  insufficient_size = 7,
  driver_not_loaded = 9,
  timeout = 10,
  interrupt_issue = 11,
  library_not_found = 12,
  function_not_found = 13,
  corrupted_inforom = 14,
  gpu_is_lost = 15,
  reset_required = 16,
  operating_system = 17,
  version_mismatch = 18,  ///< of library and kernel module
  in_use = 19,
  memory = 20,
  no_data = 21,
  insufficient_resources = 23,
  argument_version_mismatch = 25,
  not_ready = 27,
  gpu_not_found = 28,
  unknown = 999,
};

using DeviceHandle = struct Device_*;      ///< nvmlDevice_t
using EventSetHandle = struct EventSet_*;  ///< nvmlEventSet_t

/// nvmlEnableState_t
enum class Enabled : int { no = 0, yes = 1 };

/// nvmlComputeMode_t
enum class ComputeMode : int {
  shared = 0,
  exclusive_thread = 1,
  prohibited = 2,
  exclusive_process = 3
};

/// nvmlClockType_t
enum class Clock : int { graphics = 0, multiprocessor = 1, memory = 2 };

/// nvmlMemoryErrorType_t
enum class EccError : int { corrected = 0, uncorrected = 1 };

/// nvmlEccCounterType_t
enum class EccCounter : int {
  since_driver_load = 0,  ///< NVML_VOLATILE_ECC
  lifetime = 1,           ///< NVML_AGGREGATE_ECC
};

/// nvmlTemperatureSensors_t
enum class Sensor : int { gpu = 0 };

/// nvmlNvLinkErrorCounter_t
enum class NvLinkError : int { replay = 0, recovery = 1, crc_flit = 2, crc_data = 3, ecc_data = 4 };

/// nvmlPciInfo_t
struct PciInfo {
  char legacy_address[16];
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned pci_device_id;
  unsigned pci_subsystem_id;
  char address[32];
};
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, address) == 36);

/// nvmlMemory_v2_t
struct MemoryInfo {
  unsigned version;
  unsigned long long total;
  unsigned long long reserved;
  unsigned long long free;
  unsigned long long used;
};
static_assert(sizeof(MemoryInfo) == 40 && offsetof(MemoryInfo, used) == 32);

/// nvmlProcessInfo_v2_t, which nvmlDeviceGetComputeRunningProcesses_v3 fills
struct ProcessInfo {
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance;
  unsigned compute_instance;
};
static_assert(sizeof(ProcessInfo) == 24 && offsetof(ProcessInfo, compute_instance) == 20);

/// nvmlRowRemapperHistogramValues_t: banks of memory by how many of their spare rows are left
struct RowHistogram {
  unsigned all, most, some, few, none;
};
static_assert(sizeof(RowHistogram) == 20 && offsetof(RowHistogram, none) == 16);

/// nvmlEccSramErrorStatus_v1_t
struct SramErrors {
  unsigned version;
  unsigned long long lifetime_uncorrected_parity, lifetime_uncorrected_sec_ded, lifetime_corrected;
  unsigned long long volatile_uncorrected_parity, volatile_uncorrected_sec_ded, volatile_corrected;
  unsigned long long in_l2, in_multiprocessor, in_pcie, in_microcontroller, elsewhere;
  unsigned threshold_exceeded;
};
static_assert(sizeof(SramErrors) == 104 && offsetof(SramErrors, threshold_exceeded) == 96);

/// nvmlValueType_t
enum class ValueType : int {
  floating = 0,
  unsigned_int = 1,
  unsigned_long = 2,
  unsigned_long_long = 3,
  signed_long_long = 4,
  signed_int = 5,
  unsigned_short = 6,
};

/// nvmlValue_t
union Value {
  double floating;
  int signed_int;
  unsigned unsigned_int;
  unsigned long unsigned_long;
  unsigned long long unsigned_long_long;
  long long signed_long_long;
  unsigned short unsigned_short;
};

/// nvmlFieldValue_t
struct FieldValue {
  unsigned field;
  unsigned scope;  ///< the link, for fields of a link
  long long time_us;
  long long latency_us;
  ValueType type;
  Status status;  ///< of this value alone
  Value value;
};
static_assert(sizeof(FieldValue) == 40 && offsetof(FieldValue, value) == 32);

/// nvmlEventData_t
struct EventData {
  DeviceHandle device;
  unsigned long long type;
  unsigned long long data;  ///< the number of an XID event
  unsigned gpu_instance;
  unsigned compute_instance;
};
static_assert(sizeof(EventData) == 32 && offsetof(EventData, compute_instance) == 28);

/// nvmlGpuFabricState_t
enum class FabricState : unsigned char {
  not_supported = 0,
  not_started = 1,
  in_progress = 2,
  completed = 3
};

/// nvmlGpuFabricInfo_v3_t; version 2 ends before the summary
struct FabricInfo {
  unsigned version;
  unsigned char cluster[16];
  Status status;
  unsigned clique;
  FabricState state;
  unsigned health_mask;
  unsigned char health_summary;  ///< 0 not told, 1 healthy, 2 unhealthy, 3 limited capacity
};
static_assert(sizeof(FabricInfo) == 40 && offsetof(FabricInfo, health_summary) == 36);

/// nvmlGpuFabricInfo_v2_t
struct FabricInfo2 {
  unsigned version;
  unsigned char cluster[16];
  Status status;
  unsigned clique;
  FabricState state;
  unsigned health_mask;
};
static_assert(sizeof(FabricInfo2) == 36 && offsetof(FabricInfo2, health_mask) == 32);

/// NVML_STRUCT_VERSION: what a structure's `version` must say.
template <class Struct>
constexpr unsigned struct_version(unsigned version) {
  return static_cast<unsigned>(sizeof(Struct)) | version << 24;
}

/// NVML_FI_DEV_*
namespace field {
inline constexpr unsigned power_capped_ns = 74;  ///< CLOCKS_EVENT_REASON_SW_POWER_CAP
inline constexpr unsigned memory_temperature = 82;
inline constexpr unsigned nvlink_count = 91;
inline constexpr unsigned nvlink_state = 165;
inline constexpr unsigned pcie_correctable = 173;
inline constexpr unsigned pcie_non_fatal = 179;
inline constexpr unsigned pcie_fatal = 180;
inline constexpr unsigned power_now_mw = 186;
inline constexpr unsigned nvlink_receive_errors = 208;    ///< of link `scope`, from Blackwell on
inline constexpr unsigned nvlink_link_recoveries = 215;   ///< the same
inline constexpr unsigned nvlink_effective_errors = 219;  ///< the same
inline constexpr unsigned recovery_action = 230;          ///< GET_GPU_RECOVERY_ACTION
inline constexpr unsigned software_thermal_ns = 269;      ///< CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN
inline constexpr unsigned hardware_thermal_ns = 270;      ///< ..._HW_THERM_SLOWDOWN
inline constexpr unsigned hardware_power_brake_ns = 271;  ///< ..._HW_POWER_BRAKE_SLOWDOWN
}  // namespace field

/// nvmlClocksEventReason*: bits
namespace clock_reason {
inline constexpr unsigned long long idle = 0x1;
inline constexpr unsigned long long application_clocks = 0x2;
inline constexpr unsigned long long software_power_cap = 0x4;
inline constexpr unsigned long long hardware_slowdown = 0x8;
inline constexpr unsigned long long sync_boost = 0x10;
inline constexpr unsigned long long software_thermal = 0x20;
inline constexpr unsigned long long hardware_thermal = 0x40;
inline constexpr unsigned long long hardware_power_brake = 0x80;
inline constexpr unsigned long long display_clock = 0x100;
}  // namespace clock_reason

/// nvmlEventType*: bits
namespace event_type {
inline constexpr unsigned long long double_bit_ecc = 0x2;
inline constexpr unsigned long long xid = 0x8;
inline constexpr unsigned long long gpu_unavailable = 0x4000;
inline constexpr unsigned long long recovery_action = 0x8000;
}  // namespace event_type

/// nvmlDeviceGpuRecoveryAction_t
enum class RecoveryAction : unsigned {
  none = 0,
  reset = 1,
  reboot = 2,
  drain_peers = 3,
  drain_and_reset = 4,
  recover_imex_domain = 5,
};

inline constexpr unsigned max_nvlinks = 36;  ///< NVML_NVLINK_MAX_LINKS

}  // namespace plumbline::nvml
