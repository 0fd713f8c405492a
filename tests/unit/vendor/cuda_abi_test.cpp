// Compares what is declared by hand in probes/vendor with the vendor's own header and stub library.

#include <cuda.h>
#include <cudaTypedefs.h>
#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "probes/vendor/cuda_functions.h"

namespace plumbline::cuda {
namespace {

/// Passed in the same way: integers and enumerations of one size, pointers to the same kind.
template <class Ours, class Theirs>
constexpr bool same_value() {
  if constexpr (std::is_void_v<Ours> || std::is_void_v<Theirs>) {
    return std::is_void_v<Ours> && std::is_void_v<Theirs>;
  } else if constexpr (std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>) {
    using Our = std::remove_pointer_t<Ours>;
    using Their = std::remove_pointer_t<Theirs>;
    if constexpr (std::is_class_v<std::remove_cv_t<Our>> &&
                  std::is_class_v<std::remove_cv_t<Their>>) {
      return true;  // handles; the one open struct (Uuid) is compared by name below
    } else {
      return std::is_const_v<Our> == std::is_const_v<Their> &&
             same_value<std::remove_cv_t<Our>, std::remove_cv_t<Their>>();
    }
  } else {
    constexpr auto is_integer = [](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      return std::is_integral_v<T> || std::is_enum_v<T>;
    };
    constexpr bool integers =
        is_integer(static_cast<Ours*>(nullptr)) && is_integer(static_cast<Theirs*>(nullptr));
    return std::is_same_v<Ours, Theirs> || (integers && sizeof(Ours) == sizeof(Theirs));
  }
}

template <class Ours, class Theirs>
struct SameCall : std::false_type {};
template <class R1, class... A1, class R2, class... A2>
requires(sizeof...(A1) == sizeof...(A2)) struct SameCall<R1(A1...), R2(A2...)>
    : std::bool_constant<same_value<R1, R2>() && (same_value<A1, A2>() && ...)> {
};

// The check itself tells things apart.
static_assert(SameCall<Status(int*, std::size_t), CUresult(int*, std::size_t)>::value);
static_assert(!SameCall<Status(int*, unsigned), CUresult(int*, std::size_t)>::value);
static_assert(!SameCall<Status(int*), CUresult(std::int64_t*)>::value);
static_assert(!SameCall<Status(int*), CUresult(const int*)>::value);
static_assert(!SameCall<Status(int), CUresult(int*)>::value);
static_assert(!SameCall<Status(int), CUresult(int, int)>::value);

struct Line {
  const char* base;
  int version;
};

/// cudaTypedefs.h names each interface with its version, so a wrong pinned version does not
/// compile.
#define COMPARE(member, base, version)                                                           \
  []() -> Line {                                                                                 \
    using Ours = decltype(Functions::member)::Signature;                                         \
    static_assert(SameCall<Ours, std::remove_pointer_t<PFN_##base##_v##version>>::value, #base); \
    return {#base, version};                                                                     \
  }()

const Line lines[] = {
    COMPARE(init, cuInit, 2000),
    COMPARE(driver_version, cuDriverGetVersion, 2020),
    COMPARE(device_count, cuDeviceGetCount, 2000),
    COMPARE(device, cuDeviceGet, 2000),
    COMPARE(device_name, cuDeviceGetName, 2000),
    COMPARE(device_uuid, cuDeviceGetUuid, 11040),
    COMPARE(device_pci_address, cuDeviceGetPCIBusId, 4010),
    COMPARE(device_attribute, cuDeviceGetAttribute, 2000),
    COMPARE(device_memory, cuDeviceTotalMem, 3020),
    COMPARE(primary_context_retain, cuDevicePrimaryCtxRetain, 7000),
    COMPARE(primary_context_release, cuDevicePrimaryCtxRelease, 11000),
    COMPARE(set_context, cuCtxSetCurrent, 4000),
    COMPARE(synchronize_context, cuCtxSynchronize, 2000),
    COMPARE(memory_info, cuMemGetInfo, 3020),
    COMPARE(memory_allocate, cuMemAlloc, 3020),
    COMPARE(memory_free, cuMemFree, 3020),
    COMPARE(host_allocate, cuMemHostAlloc, 2020),
    COMPARE(host_free, cuMemFreeHost, 2000),
    COMPARE(can_access_peer, cuDeviceCanAccessPeer, 4000),
    COMPARE(enable_peer_access, cuCtxEnablePeerAccess, 4000),
    COMPARE(disable_peer_access, cuCtxDisablePeerAccess, 4000),
    COMPARE(host_register, cuMemHostRegister, 6050),
    COMPARE(host_unregister, cuMemHostUnregister, 4000),
    COMPARE(host_device_address, cuMemHostGetDevicePointer, 3020),
    COMPARE(copy, cuMemcpyAsync, 4000),
    COMPARE(copy_between, cuMemcpyPeerAsync, 4000),
    COMPARE(copy_to_device, cuMemcpyHtoDAsync, 3020),
    COMPARE(copy_to_host, cuMemcpyDtoHAsync, 3020),
    COMPARE(fill_bytes, cuMemsetD8Async, 3020),
    COMPARE(memory_range_handle, cuMemGetHandleForAddressRange, 11070),
    COMPARE(flush_remote_writes, cuFlushGPUDirectRDMAWrites, 11030),
    COMPARE(allocation_granularity, cuMemGetAllocationGranularity, 10020),
    COMPARE(memory_create, cuMemCreate, 10020),
    COMPARE(memory_release, cuMemRelease, 10020),
    COMPARE(address_reserve, cuMemAddressReserve, 10020),
    COMPARE(address_free, cuMemAddressFree, 10020),
    COMPARE(memory_map, cuMemMap, 10020),
    COMPARE(memory_unmap, cuMemUnmap, 10020),
    COMPARE(set_access, cuMemSetAccess, 10020),
    COMPARE(multicast_create, cuMulticastCreate, 12010),
    COMPARE(multicast_add_device, cuMulticastAddDevice, 12010),
    COMPARE(multicast_bind, cuMulticastBindMem, 12010),
    COMPARE(multicast_unbind, cuMulticastUnbind, 12010),
    COMPARE(multicast_granularity, cuMulticastGetGranularity, 12010),
    COMPARE(stream_create, cuStreamCreate, 2000),
    COMPARE(stream_destroy, cuStreamDestroy, 4000),
    COMPARE(stream_query, cuStreamQuery, 2000),
    COMPARE(stream_wait_event, cuStreamWaitEvent, 3020),
    COMPARE(stream_synchronize, cuStreamSynchronize, 2000),
    COMPARE(event_create, cuEventCreate, 2000),
    COMPARE(event_destroy, cuEventDestroy, 4000),
    COMPARE(event_record, cuEventRecord, 2000),
    COMPARE(event_query, cuEventQuery, 2000),
    COMPARE(event_synchronize, cuEventSynchronize, 2000),
    COMPARE(event_elapsed_ms, cuEventElapsedTime, 2000),
    COMPARE(module_load, cuModuleLoadDataEx, 2010),
    COMPARE(module_unload, cuModuleUnload, 2000),
    COMPARE(module_function, cuModuleGetFunction, 2000),
    COMPARE(launch, cuLaunchKernel, 4000),
};

#define SAME_NUMBER(ours, theirs) \
  static_assert(static_cast<int>(ours) == static_cast<int>(theirs), #theirs)

SAME_NUMBER(Status::invalid_value, CUDA_ERROR_INVALID_VALUE);
SAME_NUMBER(Status::out_of_memory, CUDA_ERROR_OUT_OF_MEMORY);
SAME_NUMBER(Status::not_initialized, CUDA_ERROR_NOT_INITIALIZED);
SAME_NUMBER(Status::stub_library, CUDA_ERROR_STUB_LIBRARY);
SAME_NUMBER(Status::device_unavailable, CUDA_ERROR_DEVICE_UNAVAILABLE);
SAME_NUMBER(Status::no_device, CUDA_ERROR_NO_DEVICE);
SAME_NUMBER(Status::invalid_device, CUDA_ERROR_INVALID_DEVICE);
SAME_NUMBER(Status::invalid_image, CUDA_ERROR_INVALID_IMAGE);
SAME_NUMBER(Status::invalid_context, CUDA_ERROR_INVALID_CONTEXT);
SAME_NUMBER(Status::no_binary_for_gpu, CUDA_ERROR_NO_BINARY_FOR_GPU);
SAME_NUMBER(Status::ecc_uncorrectable, CUDA_ERROR_ECC_UNCORRECTABLE);
SAME_NUMBER(Status::nvlink_uncorrectable, CUDA_ERROR_NVLINK_UNCORRECTABLE);
SAME_NUMBER(Status::unsupported_ptx_version, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
SAME_NUMBER(Status::contained, CUDA_ERROR_CONTAINED);
SAME_NUMBER(Status::operating_system, CUDA_ERROR_OPERATING_SYSTEM);
SAME_NUMBER(Status::invalid_handle, CUDA_ERROR_INVALID_HANDLE);
SAME_NUMBER(Status::not_found, CUDA_ERROR_NOT_FOUND);
SAME_NUMBER(Status::not_ready, CUDA_ERROR_NOT_READY);
SAME_NUMBER(Status::illegal_address, CUDA_ERROR_ILLEGAL_ADDRESS);
SAME_NUMBER(Status::launch_out_of_resources, CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
SAME_NUMBER(Status::launch_timeout, CUDA_ERROR_LAUNCH_TIMEOUT);
SAME_NUMBER(Status::peer_access_already_enabled, CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
SAME_NUMBER(Status::peer_access_not_enabled, CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
SAME_NUMBER(Status::misaligned_address, CUDA_ERROR_MISALIGNED_ADDRESS);
SAME_NUMBER(Status::launch_failed, CUDA_ERROR_LAUNCH_FAILED);
SAME_NUMBER(Status::not_permitted, CUDA_ERROR_NOT_PERMITTED);
SAME_NUMBER(Status::not_supported, CUDA_ERROR_NOT_SUPPORTED);
SAME_NUMBER(Status::illegal_state, CUDA_ERROR_ILLEGAL_STATE);
SAME_NUMBER(Status::system_not_ready, CUDA_ERROR_SYSTEM_NOT_READY);
SAME_NUMBER(Status::system_driver_mismatch, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
SAME_NUMBER(Status::compat_not_supported_on_device, CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE);
SAME_NUMBER(Status::unknown, CUDA_ERROR_UNKNOWN);
SAME_NUMBER(Attribute::max_threads_per_multiprocessor,
            CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR);
SAME_NUMBER(Attribute::clock_rate, CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
SAME_NUMBER(Attribute::multiprocessor_count, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
SAME_NUMBER(Attribute::compute_mode, CU_DEVICE_ATTRIBUTE_COMPUTE_MODE);
SAME_NUMBER(Attribute::memory_clock_rate, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
SAME_NUMBER(Attribute::memory_bus_width, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
SAME_NUMBER(Attribute::l2_cache_size, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
SAME_NUMBER(Attribute::ecc_enabled, CU_DEVICE_ATTRIBUTE_ECC_ENABLED);
SAME_NUMBER(Attribute::async_engine_count, CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT);
SAME_NUMBER(Attribute::compute_capability_major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
SAME_NUMBER(Attribute::compute_capability_minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
SAME_NUMBER(Attribute::multicast_supported, CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED);
SAME_NUMBER(AllocationType::pinned, CU_MEM_ALLOCATION_TYPE_PINNED);
SAME_NUMBER(HandleType::none, CU_MEM_HANDLE_TYPE_NONE);
SAME_NUMBER(HandleType::file_descriptor, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR);
SAME_NUMBER(LocationType::device, CU_MEM_LOCATION_TYPE_DEVICE);
SAME_NUMBER(AccessRight::none, CU_MEM_ACCESS_FLAGS_PROT_NONE);
SAME_NUMBER(AccessRight::read, CU_MEM_ACCESS_FLAGS_PROT_READ);
SAME_NUMBER(AccessRight::read_write, CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
SAME_NUMBER(Granularity::minimum, CU_MEM_ALLOC_GRANULARITY_MINIMUM);
SAME_NUMBER(Granularity::recommended, CU_MEM_ALLOC_GRANULARITY_RECOMMENDED);
SAME_NUMBER(Granularity::minimum, CU_MULTICAST_GRANULARITY_MINIMUM);
SAME_NUMBER(Granularity::recommended, CU_MULTICAST_GRANULARITY_RECOMMENDED);
SAME_NUMBER(ComputeMode::shared, CU_COMPUTEMODE_DEFAULT);
SAME_NUMBER(ComputeMode::prohibited, CU_COMPUTEMODE_PROHIBITED);
SAME_NUMBER(ComputeMode::exclusive_process, CU_COMPUTEMODE_EXCLUSIVE_PROCESS);
SAME_NUMBER(JitOption::error_log_buffer, CU_JIT_ERROR_LOG_BUFFER);
SAME_NUMBER(JitOption::error_log_buffer_bytes, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
SAME_NUMBER(Lookup::found, CU_GET_PROC_ADDRESS_SUCCESS);
SAME_NUMBER(Lookup::not_found, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
SAME_NUMBER(Lookup::version_too_low, CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT);
SAME_NUMBER(stream_non_blocking, CU_STREAM_NON_BLOCKING);
SAME_NUMBER(event_default, CU_EVENT_DEFAULT);
SAME_NUMBER(RemoteWritesTarget::current_context,
            CU_FLUSH_GPU_DIRECT_RDMA_WRITES_TARGET_CURRENT_CTX);
SAME_NUMBER(RemoteWritesScope::owner, CU_FLUSH_GPU_DIRECT_RDMA_WRITES_TO_OWNER);
SAME_NUMBER(host_alloc_mapped_everywhere, CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP);
SAME_NUMBER(host_register_mapped_everywhere,
            CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP);
static_assert(sizeof(Uuid) == sizeof(CUuuid));
static_assert(alignof(Uuid) == alignof(CUuuid));

#define SAME_PLACE(Ours, ours, Theirs, theirs)                      \
  static_assert(offsetof(Ours, ours) == offsetof(Theirs, theirs) && \
                    sizeof(Ours::ours) == sizeof(Theirs::theirs),   \
                #Theirs "." #theirs)

static_assert(sizeof(Location) == sizeof(CUmemLocation));
SAME_PLACE(Location, type, CUmemLocation, type);
SAME_PLACE(Location, id, CUmemLocation, id);
static_assert(sizeof(AllocationProperties) == sizeof(CUmemAllocationProp));
SAME_PLACE(AllocationProperties, type, CUmemAllocationProp, type);
SAME_PLACE(AllocationProperties, handle_types, CUmemAllocationProp, requestedHandleTypes);
SAME_PLACE(AllocationProperties, location, CUmemAllocationProp, location);
SAME_PLACE(AllocationProperties, for_windows, CUmemAllocationProp, win32HandleMetaData);
SAME_PLACE(AllocationProperties, compression, CUmemAllocationProp, allocFlags.compressionType);
SAME_PLACE(AllocationProperties, gpu_direct_rdma, CUmemAllocationProp,
           allocFlags.gpuDirectRDMACapable);
SAME_PLACE(AllocationProperties, usage, CUmemAllocationProp, allocFlags.usage);
SAME_PLACE(AllocationProperties, reserved, CUmemAllocationProp, allocFlags.reserved);
static_assert(sizeof(AccessDescription) == sizeof(CUmemAccessDesc));
SAME_PLACE(AccessDescription, location, CUmemAccessDesc, location);
SAME_PLACE(AccessDescription, right, CUmemAccessDesc, flags);
static_assert(sizeof(MulticastProperties) == sizeof(CUmulticastObjectProp));
SAME_PLACE(MulticastProperties, devices, CUmulticastObjectProp, numDevices);
SAME_PLACE(MulticastProperties, bytes, CUmulticastObjectProp, size);
SAME_PLACE(MulticastProperties, handle_types, CUmulticastObjectProp, handleTypes);
SAME_PLACE(MulticastProperties, flags, CUmulticastObjectProp, flags);

TEST(CudaAbi, EveryFunctionIsComparedInThePinnedVersion) {
  const DynamicLibrary stub(CUDA_STUB_LIBRARY);
  const Symbols symbols(stub, Symbols::Way::exports_only);
  [[maybe_unused]] const Functions functions{symbols};
  std::vector<std::string> bound, compared;
  for (const Symbol& symbol : symbols.asked()) {
    bound.push_back(symbol.base + std::string(" ") + std::to_string(symbol.version));
  }
  for (const Line& line : lines) {
    compared.push_back(line.base + std::string(" ") + std::to_string(line.version));
  }
  EXPECT_THAT(compared, ::testing::UnorderedElementsAreArray(bound));
}

TEST(CudaAbi, EveryFallbackNameIsExportedByADriver) {
  const DynamicLibrary stub(CUDA_STUB_LIBRARY);
  const Symbols symbols(stub, Symbols::Way::exports_only);
  [[maybe_unused]] const Functions functions{symbols};
  for (const Symbol& symbol : symbols.asked()) {
    EXPECT_NE(stub.find(symbol.export_name), nullptr) << symbol.export_name;
  }
}

}  // namespace
}  // namespace plumbline::cuda
