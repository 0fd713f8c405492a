// How a program finds the functions: by name and version, and what a status is called.

#include <cstring>
#include <string_view>

#include "probes/virtual_node/cuda/driver.h"

#undef cuEventElapsedTime
#undef cuGetProcAddress

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::driver_mutex;
using plumbline::virtual_node::explain;
using plumbline::virtual_node::the_driver;

VIRTUAL_NODE_EXPORT CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end);
VIRTUAL_NODE_EXPORT CUresult cuGetProcAddress(const char* symbol, void** function, int version,
                                              cuuint64_t flags);

namespace {

struct Row {
  const char* base;
  int since;  ///< the CUDA version that brought this interface
  void* function;
};

template <class Signature>
Row row(const char* base, int since, Signature* function) {
  return {base, since, reinterpret_cast<void*>(function)};
}

const Row rows[] = {
    row("cuInit", 2000, &cuInit),
    row("cuDriverGetVersion", 2020, &cuDriverGetVersion),
    row("cuGetErrorName", 6000, &cuGetErrorName),
    row("cuGetErrorString", 6000, &cuGetErrorString),
    row("cuGetProcAddress", 11030, &cuGetProcAddress),
    row("cuGetProcAddress", 12000, &cuGetProcAddress_v2),
    row("cuDeviceGetCount", 2000, &cuDeviceGetCount),
    row("cuDeviceGet", 2000, &cuDeviceGet),
    row("cuDeviceGetName", 2000, &cuDeviceGetName),
    row("cuDeviceGetUuid", 11040, &cuDeviceGetUuid_v2),
    row("cuDeviceGetPCIBusId", 4010, &cuDeviceGetPCIBusId),
    row("cuDeviceGetAttribute", 2000, &cuDeviceGetAttribute),
    row("cuDeviceTotalMem", 3020, &cuDeviceTotalMem_v2),
    row("cuDeviceCanAccessPeer", 4000, &cuDeviceCanAccessPeer),
    row("cuDevicePrimaryCtxRetain", 7000, &cuDevicePrimaryCtxRetain),
    row("cuDevicePrimaryCtxRelease", 11000, &cuDevicePrimaryCtxRelease_v2),
    row("cuCtxSetCurrent", 4000, &cuCtxSetCurrent),
    row("cuCtxGetCurrent", 4000, &cuCtxGetCurrent),
    row("cuCtxSynchronize", 2000, static_cast<CUresult (*)()>(&cuCtxSynchronize)),
    row("cuCtxEnablePeerAccess", 4000, &cuCtxEnablePeerAccess),
    row("cuCtxDisablePeerAccess", 4000, &cuCtxDisablePeerAccess),
    row("cuMemGetInfo", 3020, &cuMemGetInfo_v2),
    row("cuMemAlloc", 3020, &cuMemAlloc_v2),
    row("cuMemFree", 3020, &cuMemFree_v2),
    row("cuMemHostAlloc", 2020, &cuMemHostAlloc),
    row("cuMemFreeHost", 2000, &cuMemFreeHost),
    row("cuMemHostRegister", 6050, &cuMemHostRegister_v2),
    row("cuMemHostUnregister", 4000, &cuMemHostUnregister),
    row("cuMemHostGetDevicePointer", 3020, &cuMemHostGetDevicePointer_v2),
    row("cuMemcpyAsync", 4000, &cuMemcpyAsync),
    row("cuMemcpyPeerAsync", 4000, &cuMemcpyPeerAsync),
    row("cuMemcpyHtoDAsync", 3020, &cuMemcpyHtoDAsync_v2),
    row("cuMemcpyDtoHAsync", 3020, &cuMemcpyDtoHAsync_v2),
    row("cuMemcpyDtoDAsync", 3020, &cuMemcpyDtoDAsync_v2),
    row("cuMemsetD8Async", 3020, &cuMemsetD8Async),
    row("cuFlushGPUDirectRDMAWrites", 11030, &cuFlushGPUDirectRDMAWrites),
    row("cuMemGetAllocationGranularity", 10020, &cuMemGetAllocationGranularity),
    row("cuMemCreate", 10020, &cuMemCreate),
    row("cuMemRelease", 10020, &cuMemRelease),
    row("cuMemAddressReserve", 10020, &cuMemAddressReserve),
    row("cuMemAddressFree", 10020, &cuMemAddressFree),
    row("cuMemMap", 10020, &cuMemMap),
    row("cuMemUnmap", 10020, &cuMemUnmap),
    row("cuMemSetAccess", 10020, &cuMemSetAccess),
    row("cuMulticastCreate", 12010, &cuMulticastCreate),
    row("cuMulticastAddDevice", 12010, &cuMulticastAddDevice),
    row("cuMulticastBindMem", 12010, &cuMulticastBindMem),
    row("cuMulticastUnbind", 12010, &cuMulticastUnbind),
    row("cuMulticastGetGranularity", 12010, &cuMulticastGetGranularity),
    row("cuStreamCreate", 2000, &cuStreamCreate),
    row("cuStreamDestroy", 4000, &cuStreamDestroy_v2),
    row("cuStreamSynchronize", 2000, &cuStreamSynchronize),
    row("cuStreamQuery", 2000, &cuStreamQuery),
    row("cuStreamWaitEvent", 3020, &cuStreamWaitEvent),
    row("cuEventCreate", 2000, &cuEventCreate),
    row("cuEventDestroy", 4000, &cuEventDestroy_v2),
    row("cuEventRecord", 2000, &cuEventRecord),
    row("cuEventQuery", 2000, &cuEventQuery),
    row("cuEventSynchronize", 2000, &cuEventSynchronize),
    row("cuEventElapsedTime", 2000, &cuEventElapsedTime),
    row("cuModuleLoadData", 2000, &cuModuleLoadData),
    row("cuModuleLoadDataEx", 2010, &cuModuleLoadDataEx),
    row("cuModuleUnload", 2000, &cuModuleUnload),
    row("cuModuleGetFunction", 2000, &cuModuleGetFunction),
    row("cuLaunchKernel", 4000, &cuLaunchKernel),
};

/// The newest interface of that name that is not newer than `version` and that this driver has.
CUresult look_up(const char* symbol, void** function, int version,
                 CUdriverProcAddressQueryResult* result) {
  const std::lock_guard lock(driver_mutex());
  try {
    const auto& machine = the_driver().machine;
    if (symbol == nullptr || function == nullptr || version > machine.cuda_version) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *function = nullptr;
    CUdriverProcAddressQueryResult found = CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
    for (const Row& row : rows) {
      if (std::string_view(row.base) != symbol || row.since > machine.cuda_version ||
          machine.missing_functions.contains(row.base)) {
        continue;
      }
      if (row.since > version) {
        if (*function == nullptr) found = CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT;
        continue;
      }
      *function = row.function;
      found = CU_GET_PROC_ADDRESS_SUCCESS;
    }
    if (result != nullptr) *result = found;
    return *function != nullptr ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
  } catch (const std::exception& error) {
    explain("cuGetProcAddress", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
    return CUDA_ERROR_UNKNOWN;
  }
}

struct Words {
  CUresult status;
  const char* name;
  const char* text;
};

#define WORDS(status, text) \
  { status, #status, text }
const Words words[] = {
    WORDS(CUDA_SUCCESS, "no error"),
    WORDS(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    WORDS(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    WORDS(CUDA_ERROR_NOT_INITIALIZED, "initialization error"),
    WORDS(CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable"),
    WORDS(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected"),
    WORDS(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    WORDS(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid"),
    WORDS(CUDA_ERROR_INVALID_CONTEXT, "invalid device context"),
    WORDS(CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device"),
    WORDS(CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
          "the provided PTX was compiled with an unsupported toolchain."),
    WORDS(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    WORDS(CUDA_ERROR_ILLEGAL_STATE, "the operation cannot be performed in the present state"),
    WORDS(CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    WORDS(CUDA_ERROR_NOT_READY, "device not ready"),
    WORDS(CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered"),
    WORDS(CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated"),
    WORDS(CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, "peer access is already enabled"),
    WORDS(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, "peer access has not been enabled"),
    WORDS(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address"),
    WORDS(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
          "part or all of the requested memory range is already mapped"),
    WORDS(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
          "pointer does not correspond to a registered memory region"),
    WORDS(CUDA_ERROR_ECC_UNCORRECTABLE, "uncorrectable ECC error encountered"),
    WORDS(CUDA_ERROR_NVLINK_UNCORRECTABLE,
          "uncorrectable NVLink error detected during the execution"),
    WORDS(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    WORDS(CUDA_ERROR_NOT_PERMITTED, "operation not permitted"),
    WORDS(CUDA_ERROR_NOT_SUPPORTED, "operation not supported"),
    WORDS(CUDA_ERROR_SYSTEM_NOT_READY, "system not yet initialized"),
    WORDS(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
          "system has unsupported display driver / cuda driver combination"),
    WORDS(CUDA_ERROR_UNKNOWN, "unknown error"),
};

CUresult say(CUresult status, const char** text, const char* Words::*which) {
  for (const Words& entry : words) {
    if (entry.status != status) continue;
    *text = entry.*which;
    return CUDA_SUCCESS;
  }
  *text = nullptr;
  return CUDA_ERROR_INVALID_VALUE;
}

}  // namespace

VIRTUAL_NODE_EXPORT CUresult cuGetErrorName(CUresult status, const char** name) {
  return say(status, name, &Words::name);
}

VIRTUAL_NODE_EXPORT CUresult cuGetErrorString(CUresult status, const char** text) {
  return say(status, text, &Words::text);
}

VIRTUAL_NODE_EXPORT CUresult cuGetProcAddress_v2(const char* symbol, void** function, int version,
                                                 cuuint64_t,
                                                 CUdriverProcAddressQueryResult* result) {
  return look_up(symbol, function, version, result);
}

VIRTUAL_NODE_EXPORT CUresult cuGetProcAddress(const char* symbol, void** function, int version,
                                              cuuint64_t) {
  return look_up(symbol, function, version, nullptr);
}
