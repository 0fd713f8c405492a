#pragma once

#include <initializer_list>

#include "probes/vendor/bound_function.h"
#include "probes/vendor/dynamic_library.h"
#include "probes/vendor/nvml_abi.h"

namespace plumbline::nvml {

/// Finds functions of NVML by their exported names.
class Exports {
 public:
  explicit Exports(const DynamicLibrary& library);
  Exports(const Exports&) = delete;
  Exports& operator=(const Exports&) = delete;

  /// The first of `names` that the library has: one interface under its new and its old name.
  Binding operator()(std::initializer_list<const char*> names) const;
  Binding operator()(const char* name) const { return (*this)({name}); }

 private:
  const DynamicLibrary& library_;
  ReadStatus read_status_;
};

/// Every function of NVML that is called: one line each. A driver that lacks one still opens; what
/// it would have told is then a reading without a value.
struct Functions {
  template <class Signature>
  using Call = BoundFunction<Signature>;
  template <class T>
  using Get = Call<Status(DeviceHandle, T*)>;
  using GetText = Call<Status(DeviceHandle, char*, unsigned)>;

  const Exports& find;

  // The library
  Call<Status()> init{find("nvmlInit_v2")};
  Call<Status()> shutdown{find("nvmlShutdown")};
  Call<Status(char*, unsigned)> driver_version{find("nvmlSystemGetDriverVersion")};
  Call<Status(char*, unsigned)> nvml_version{find("nvmlSystemGetNVMLVersion")};

  // Which GPUs there are
  Call<Status(unsigned*)> count{find("nvmlDeviceGetCount_v2")};
  Call<Status(unsigned, DeviceHandle*)> by_index{find("nvmlDeviceGetHandleByIndex_v2")};
  Call<Status(const char*, DeviceHandle*)> by_address{find("nvmlDeviceGetHandleByPciBusId_v2")};
  Get<PciInfo> pci_info{find("nvmlDeviceGetPciInfo_v3")};

  // What they are
  GetText name{find("nvmlDeviceGetName")};
  GetText uuid{find("nvmlDeviceGetUUID")};
  GetText serial{find("nvmlDeviceGetSerial")};
  GetText vbios{find("nvmlDeviceGetVbiosVersion")};
  GetText inforom{find("nvmlDeviceGetInforomImageVersion")};
  GetText board_part{find("nvmlDeviceGetBoardPartNumber")};
  Call<Status(DeviceHandle, char*)> gsp_firmware{find("nvmlDeviceGetGspFirmwareVersion")};
  Get<MemoryInfo> memory{find("nvmlDeviceGetMemoryInfo_v2")};

  // How they are set up
  Get<Enabled> persistence{find("nvmlDeviceGetPersistenceMode")};
  Get<ComputeMode> compute_mode{find("nvmlDeviceGetComputeMode")};
  Call<Status(DeviceHandle, unsigned*, unsigned*)> mig_mode{find("nvmlDeviceGetMigMode")};
  Call<Status(DeviceHandle, Enabled*, Enabled*)> ecc_mode{find("nvmlDeviceGetEccMode")};
  Call<Status(DeviceHandle, unsigned*, ProcessInfo*)> processes{
      find("nvmlDeviceGetComputeRunningProcesses_v3")};

  // Memory errors
  Call<Status(DeviceHandle, EccError, EccCounter, unsigned long long*)> ecc_errors{
      find("nvmlDeviceGetTotalEccErrors")};
  Get<SramErrors> sram_errors{find("nvmlDeviceGetSramEccErrorStatus")};
  Call<Status(DeviceHandle, unsigned*, unsigned*, unsigned*, unsigned*)> remapped_rows{
      find("nvmlDeviceGetRemappedRows")};
  Get<RowHistogram> row_histogram{find("nvmlDeviceGetRowRemapperHistogram")};
  Get<Enabled> retired_pages_pending{find("nvmlDeviceGetRetiredPagesPendingStatus")};

  // Clocks, power, heat
  Call<Status(DeviceHandle, Clock, unsigned*)> clock{find("nvmlDeviceGetClockInfo")};
  Call<Status(DeviceHandle, Clock, unsigned*)> max_clock{find("nvmlDeviceGetMaxClockInfo")};
  Get<unsigned long long> clock_reasons{find(
      {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"})};
  Get<unsigned> power_mw{find("nvmlDeviceGetPowerUsage")};
  Get<unsigned> power_limit_mw{find("nvmlDeviceGetEnforcedPowerLimit")};
  Get<unsigned> default_power_limit_mw{find("nvmlDeviceGetPowerManagementDefaultLimit")};
  Get<unsigned long long> energy_mj{find("nvmlDeviceGetTotalEnergyConsumption")};
  Call<Status(DeviceHandle, Sensor, unsigned*)> temperature{find("nvmlDeviceGetTemperature")};

  // Links
  Get<unsigned> pcie_generation{find("nvmlDeviceGetCurrPcieLinkGeneration")};
  Get<unsigned> pcie_width{find("nvmlDeviceGetCurrPcieLinkWidth")};
  Get<unsigned> max_pcie_generation{find("nvmlDeviceGetMaxPcieLinkGeneration")};
  Get<unsigned> max_pcie_width{find("nvmlDeviceGetMaxPcieLinkWidth")};
  Get<unsigned> pcie_replays{find("nvmlDeviceGetPcieReplayCounter")};
  Call<Status(DeviceHandle, unsigned, Enabled*)> nvlink_state{find("nvmlDeviceGetNvLinkState")};
  Call<Status(DeviceHandle, unsigned, NvLinkError, unsigned long long*)> nvlink_errors{
      find("nvmlDeviceGetNvLinkErrorCounter")};
  Get<FabricInfo> fabric{find("nvmlDeviceGetGpuFabricInfoV")};

  // Everything newer
  Call<Status(DeviceHandle, int, FieldValue*)> fields{find("nvmlDeviceGetFieldValues")};

  // Events
  Call<Status(EventSetHandle*)> event_set_create{find("nvmlEventSetCreate")};
  Call<Status(EventSetHandle)> event_set_free{find("nvmlEventSetFree")};
  Call<Status(EventSetHandle, EventData*, unsigned)> event_wait{find("nvmlEventSetWait_v2")};
  Get<unsigned long long> event_types{find("nvmlDeviceGetSupportedEventTypes")};
  Call<Status(DeviceHandle, unsigned long long, EventSetHandle)> register_events{
      find("nvmlDeviceRegisterEvents")};
};

}  // namespace plumbline::nvml
