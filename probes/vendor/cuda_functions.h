#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probes/vendor/bound_function.h"
#include "probes/vendor/cuda_abi.h"
#include "probes/vendor/dynamic_library.h"

namespace plumbline::cuda {

/// One function of the driver, in the version of its interface that is called here.
struct Symbol {
  const char* base;         ///< "cuMemAlloc"
  int version;              ///< the CUDA version that brought this interface: 3020 is 3.2
  const char* export_name;  ///< the name under which every driver exports it: "cuMemAlloc_v2"
};

/// Finds functions in a driver: by cuGetProcAddress_v2, which is asked for the pinned version, or
/// in a driver older than 12.0, which lacks that, by the exported name.
class Symbols {
 public:
  enum class Way { ask_driver, exports_only };

  explicit Symbols(const DynamicLibrary& library, Way way = Way::ask_driver);
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  Binding operator()(const char* base, int version, const char* export_name) const;
  /// The same for what a driver may lack: it is not among what is missing.
  Binding optional(const char* base, int version, const char* export_name) const;

  /// What was asked for so far, found or not.
  const std::vector<Symbol>& asked() const { return asked_; }
  const std::vector<Symbol>& missing() const { return missing_; }

 private:
  void* find(const Symbol& symbol) const;
  Binding bind(const Symbol& symbol, bool must_be_there) const;

  using GetProcAddress = Status(const char*, void**, int, std::uint64_t, Lookup*);

  const DynamicLibrary& library_;
  GetProcAddress* get_proc_address_ = nullptr;
  ReadStatus read_status_;
  mutable std::vector<Symbol> asked_;
  mutable std::vector<Symbol> missing_;
};

/// What to do about a status, where it does not follow from the driver's own words; else null.
const char* remedy_of(Status status);

/// Every function of the driver that is called: one line each, with the interface's version. A
/// driver that lacks one still opens; calling what it lacks throws LibraryMissing.
struct Functions {
  template <class Signature>
  using Call = BoundFunction<Signature>;

  const Symbols& find;

  // The machine
  Call<Status(unsigned)> init{find("cuInit", 2000, "cuInit")};
  Call<Status(int*)> driver_version{find("cuDriverGetVersion", 2020, "cuDriverGetVersion")};
  Call<Status(int*)> device_count{find("cuDeviceGetCount", 2000, "cuDeviceGetCount")};
  Call<Status(DeviceNumber*, int)> device{find("cuDeviceGet", 2000, "cuDeviceGet")};
  Call<Status(char*, int, DeviceNumber)> device_name{
      find("cuDeviceGetName", 2000, "cuDeviceGetName")};
  Call<Status(Uuid*, DeviceNumber)> device_uuid{
      find("cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2")};
  Call<Status(char*, int, DeviceNumber)> device_pci_address{
      find("cuDeviceGetPCIBusId", 4010, "cuDeviceGetPCIBusId")};
  Call<Status(int*, Attribute, DeviceNumber)> device_attribute{
      find("cuDeviceGetAttribute", 2000, "cuDeviceGetAttribute")};
  Call<Status(std::size_t*, DeviceNumber)> device_memory{
      find("cuDeviceTotalMem", 3020, "cuDeviceTotalMem_v2")};

  Call<Status(int*, DeviceNumber, DeviceNumber)> can_access_peer{
      find("cuDeviceCanAccessPeer", 4000, "cuDeviceCanAccessPeer")};

  // Contexts
  Call<Status(ContextHandle*, DeviceNumber)> primary_context_retain{
      find("cuDevicePrimaryCtxRetain", 7000, "cuDevicePrimaryCtxRetain")};
  Call<Status(DeviceNumber)> primary_context_release{
      find("cuDevicePrimaryCtxRelease", 11000, "cuDevicePrimaryCtxRelease_v2")};
  Call<Status(ContextHandle)> set_context{find("cuCtxSetCurrent", 4000, "cuCtxSetCurrent")};
  Call<Status()> synchronize_context{find("cuCtxSynchronize", 2000, "cuCtxSynchronize")};
  Call<Status(ContextHandle, unsigned)> enable_peer_access{
      find("cuCtxEnablePeerAccess", 4000, "cuCtxEnablePeerAccess")};
  Call<Status(ContextHandle)> disable_peer_access{
      find("cuCtxDisablePeerAccess", 4000, "cuCtxDisablePeerAccess")};

  // Memory
  Call<Status(std::size_t*, std::size_t*)> memory_info{
      find("cuMemGetInfo", 3020, "cuMemGetInfo_v2")};
  Call<Status(DeviceAddress*, std::size_t)> memory_allocate{
      find("cuMemAlloc", 3020, "cuMemAlloc_v2")};
  Call<Status(DeviceAddress)> memory_free{find("cuMemFree", 3020, "cuMemFree_v2")};
  Call<Status(void**, std::size_t, unsigned)> host_allocate{
      find("cuMemHostAlloc", 2020, "cuMemHostAlloc")};
  Call<Status(void*)> host_free{find("cuMemFreeHost", 2000, "cuMemFreeHost")};
  Call<Status(void*, std::size_t, unsigned)> host_register{
      find("cuMemHostRegister", 6050, "cuMemHostRegister_v2")};
  Call<Status(void*)> host_unregister{find("cuMemHostUnregister", 4000, "cuMemHostUnregister")};
  Call<Status(DeviceAddress*, void*, unsigned)> host_device_address{
      find("cuMemHostGetDevicePointer", 3020, "cuMemHostGetDevicePointer_v2")};
  Call<Status(DeviceAddress, DeviceAddress, std::size_t, StreamHandle)> copy{
      find("cuMemcpyAsync", 4000, "cuMemcpyAsync")};
  Call<Status(DeviceAddress, ContextHandle, DeviceAddress, ContextHandle, std::size_t,
              StreamHandle)>
      copy_between{find("cuMemcpyPeerAsync", 4000, "cuMemcpyPeerAsync")};
  Call<Status(DeviceAddress, const void*, std::size_t, StreamHandle)> copy_to_device{
      find("cuMemcpyHtoDAsync", 3020, "cuMemcpyHtoDAsync_v2")};
  Call<Status(void*, DeviceAddress, std::size_t, StreamHandle)> copy_to_host{
      find("cuMemcpyDtoHAsync", 3020, "cuMemcpyDtoHAsync_v2")};
  Call<Status(DeviceAddress, unsigned char, std::size_t, StreamHandle)> fill_bytes{
      find("cuMemsetD8Async", 3020, "cuMemsetD8Async")};

  /// Writes a handle of the given type, here a descriptor (int), for whole pages of memory.
  Call<Status(void*, DeviceAddress, std::size_t, RangeHandleType, unsigned long long)>
      memory_range_handle{
          find.optional("cuMemGetHandleForAddressRange", 11070, "cuMemGetHandleForAddressRange")};

  /// Waits until what other devices wrote shows to the given scope.
  Call<Status(RemoteWritesTarget, RemoteWritesScope)> flush_remote_writes{
      find.optional("cuFlushGPUDirectRDMAWrites", 11030, "cuFlushGPUDirectRDMAWrites")};

  // Memory that is mapped by hand: physical memory here, addresses there
  Call<Status(std::size_t*, const AllocationProperties*, Granularity)> allocation_granularity{
      find.optional("cuMemGetAllocationGranularity", 10020, "cuMemGetAllocationGranularity")};
  Call<Status(AllocationHandle*, std::size_t, const AllocationProperties*, unsigned long long)>
      memory_create{find.optional("cuMemCreate", 10020, "cuMemCreate")};
  Call<Status(AllocationHandle)> memory_release{
      find.optional("cuMemRelease", 10020, "cuMemRelease")};
  Call<Status(DeviceAddress*, std::size_t, std::size_t, DeviceAddress, unsigned long long)>
      address_reserve{find.optional("cuMemAddressReserve", 10020, "cuMemAddressReserve")};
  Call<Status(DeviceAddress, std::size_t)> address_free{
      find.optional("cuMemAddressFree", 10020, "cuMemAddressFree")};
  Call<Status(DeviceAddress, std::size_t, std::size_t, AllocationHandle, unsigned long long)>
      memory_map{find.optional("cuMemMap", 10020, "cuMemMap")};
  Call<Status(DeviceAddress, std::size_t)> memory_unmap{
      find.optional("cuMemUnmap", 10020, "cuMemUnmap")};
  Call<Status(DeviceAddress, std::size_t, const AccessDescription*, std::size_t)> set_access{
      find.optional("cuMemSetAccess", 10020, "cuMemSetAccess")};

  // Multicast objects
  Call<Status(AllocationHandle*, const MulticastProperties*)> multicast_create{
      find.optional("cuMulticastCreate", 12010, "cuMulticastCreate")};
  Call<Status(AllocationHandle, DeviceNumber)> multicast_add_device{
      find.optional("cuMulticastAddDevice", 12010, "cuMulticastAddDevice")};
  Call<Status(AllocationHandle, std::size_t, AllocationHandle, std::size_t, std::size_t,
              unsigned long long)>
      multicast_bind{find.optional("cuMulticastBindMem", 12010, "cuMulticastBindMem")};
  Call<Status(AllocationHandle, DeviceNumber, std::size_t, std::size_t)> multicast_unbind{
      find.optional("cuMulticastUnbind", 12010, "cuMulticastUnbind")};
  Call<Status(std::size_t*, const MulticastProperties*, Granularity)> multicast_granularity{
      find.optional("cuMulticastGetGranularity", 12010, "cuMulticastGetGranularity")};

  // Streams and events
  Call<Status(StreamHandle*, unsigned)> stream_create{
      find("cuStreamCreate", 2000, "cuStreamCreate")};
  Call<Status(StreamHandle)> stream_destroy{find("cuStreamDestroy", 4000, "cuStreamDestroy_v2")};
  Call<Status(StreamHandle)> stream_query{find("cuStreamQuery", 2000, "cuStreamQuery")};
  Call<Status(StreamHandle, EventHandle, unsigned)> stream_wait_event{
      find("cuStreamWaitEvent", 3020, "cuStreamWaitEvent")};
  Call<Status(StreamHandle)> stream_synchronize{
      find("cuStreamSynchronize", 2000, "cuStreamSynchronize")};
  Call<Status(EventHandle*, unsigned)> event_create{find("cuEventCreate", 2000, "cuEventCreate")};
  Call<Status(EventHandle)> event_destroy{find("cuEventDestroy", 4000, "cuEventDestroy_v2")};
  Call<Status(EventHandle, StreamHandle)> event_record{
      find("cuEventRecord", 2000, "cuEventRecord")};
  Call<Status(EventHandle)> event_query{find("cuEventQuery", 2000, "cuEventQuery")};
  Call<Status(EventHandle)> event_synchronize{
      find("cuEventSynchronize", 2000, "cuEventSynchronize")};
  Call<Status(float*, EventHandle, EventHandle)> event_elapsed_ms{
      find("cuEventElapsedTime", 2000, "cuEventElapsedTime")};

  // Code
  Call<Status(ModuleHandle*, const void*, unsigned, JitOption*, void**)> module_load{
      find("cuModuleLoadDataEx", 2010, "cuModuleLoadDataEx")};
  Call<Status(ModuleHandle)> module_unload{find("cuModuleUnload", 2000, "cuModuleUnload")};
  Call<Status(FunctionHandle*, ModuleHandle, const char*)> module_function{
      find("cuModuleGetFunction", 2000, "cuModuleGetFunction")};
  Call<Status(FunctionHandle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
              StreamHandle, void**, void**)>
      launch{find("cuLaunchKernel", 4000, "cuLaunchKernel")};
};

}  // namespace plumbline::cuda
