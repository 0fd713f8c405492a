#pragma once

#include <cstddef>
#include <cstdint>

/// The part of the CUDA Driver API that the probes use, declared here: the vendor's cuda.h renames
/// functions by macro, so that a name taken from it is of whatever version that header is.
/// tests/unit/vendor/cuda_abi_test.cpp compares every line with the vendor's header.
namespace plumbline::cuda {

/// CUresult: the values that are told apart here; others come as they are.
enum class Status : int {
  success = 0,
  invalid_value = 1,
  out_of_memory = 2,
  not_initialized = 3,
  stub_library = 34,
  device_unavailable = 46,
  no_device = 100,
  invalid_device = 101,
  invalid_image = 200,
  invalid_context = 201,
  no_binary_for_gpu = 209,
  ecc_uncorrectable = 214,
  nvlink_uncorrectable = 220,
  unsupported_ptx_version = 222,
  contained = 226,
  operating_system = 304,
  invalid_handle = 400,
  illegal_state = 401,
  not_found = 500,
  not_ready = 600,
  illegal_address = 700,
  launch_out_of_resources = 701,
  launch_timeout = 702,
  peer_access_already_enabled = 704,
  peer_access_not_enabled = 705,
  misaligned_address = 716,
  launch_failed = 719,
  not_permitted = 800,
  not_supported = 801,
  system_not_ready = 802,
  system_driver_mismatch = 803,
  compat_not_supported_on_device = 804,
  unknown = 999,
};

using DeviceNumber = int;                  ///< CUdevice
using DeviceAddress = unsigned long long;  ///< CUdeviceptr
using ContextHandle = struct Context_*;    ///< CUcontext
using StreamHandle = struct Stream_*;      ///< CUstream
using EventHandle = struct Event_*;        ///< CUevent
using ModuleHandle = struct Module_*;      ///< CUmodule
using FunctionHandle = struct Function_*;  ///< CUfunction
/// CUmemGenericAllocationHandle: of physical memory, or of a multicast object.
using AllocationHandle = unsigned long long;

/// CUuuid
struct Uuid {
  char bytes[16];
};

/// CUdevice_attribute
enum class Attribute : int {
  max_threads_per_multiprocessor = 39,
  clock_rate = 13,  ///< kHz
  multiprocessor_count = 16,
  compute_mode = 20,
  memory_clock_rate = 36,  ///< kHz
  memory_bus_width = 37,   ///< bit
  l2_cache_size = 38,      ///< bytes
  ecc_enabled = 32,
  async_engine_count = 40,
  compute_capability_major = 75,
  compute_capability_minor = 76,
  multicast_supported = 132,
};

/// CUmemRangeHandleType
enum class RangeHandleType : int { dmabuf_descriptor = 1 };

/// CUflushGPUDirectRDMAWritesTarget
enum class RemoteWritesTarget : int { current_context = 0 };

/// CUflushGPUDirectRDMAWritesScope
enum class RemoteWritesScope : int { owner = 100 };

/// CUmemAllocationType
enum class AllocationType : int { pinned = 1 };

/// CUmemAllocationHandleType: how others may be given a handle
enum class HandleType : int { none = 0, file_descriptor = 1 };

/// CUmemLocationType
enum class LocationType : int { device = 1 };

/// CUmemLocation
struct Location {
  LocationType type = LocationType::device;
  int id = 0;
};

/// CUmemAllocationProp
struct AllocationProperties {
  AllocationType type = AllocationType::pinned;
  HandleType handle_types = HandleType::none;
  Location location;
  void* for_windows = nullptr;
  unsigned char compression = 0;
  unsigned char gpu_direct_rdma = 0;
  unsigned short usage = 0;
  unsigned char reserved[4] = {};
};

/// CUmemAccess_flags
enum class AccessRight : int { none = 0, read = 1, read_write = 3 };

/// CUmemAccessDesc
struct AccessDescription {
  Location location;
  AccessRight right = AccessRight::read_write;
};

/// CUmulticastObjectProp
struct MulticastProperties {
  unsigned devices = 0;
  std::size_t bytes = 0;
  unsigned long long handle_types = 0;
  unsigned long long flags = 0;
};

/// CUmemAllocationGranularity_flags and CUmulticastGranularity_flags
enum class Granularity : int { minimum = 0, recommended = 1 };

/// CUcomputemode
enum class ComputeMode : int { shared = 0, prohibited = 2, exclusive_process = 3 };

/// CUjit_option
enum class JitOption : int { error_log_buffer = 5, error_log_buffer_bytes = 6 };

/// CUdriverProcAddressQueryResult
enum class Lookup : int { found = 0, not_found = 1, version_too_low = 2 };

inline constexpr unsigned stream_non_blocking = 1;  ///< CU_STREAM_NON_BLOCKING
inline constexpr unsigned event_default = 0;        ///< CU_EVENT_DEFAULT
inline constexpr unsigned host_alloc_mapped_everywhere =
    1 | 2;  ///< CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP
/// CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP
inline constexpr unsigned host_register_mapped_everywhere = 1 | 2;

}  // namespace plumbline::cuda
