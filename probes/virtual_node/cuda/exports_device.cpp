// cuInit, devices and contexts.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <numeric>

#include "probes/virtual_node/cuda/driver.h"

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::Context;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::driver_mutex;
using plumbline::virtual_node::explain;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::the_driver;

namespace {

int attribute(const CudaDriver& driver, CUdevice_attribute which) {
  const auto& model = driver.machine.model;
  switch (which) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      return static_cast<int>(model.capability / 10);
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      return static_cast<int>(model.capability % 10);
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      return static_cast<int>(model.multiprocessors);
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
      return static_cast<int>(model.threads_per_multiprocessor);
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
      return 1024;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
      return 32;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
      return static_cast<int>(model.core_clock_khz);
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
      return static_cast<int>(model.memory_clock_khz);
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
      return static_cast<int>(model.memory_bus_bits);
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
      return static_cast<int>(model.l2_bytes);
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
      return static_cast<int>(model.copy_engines);
    case CU_DEVICE_ATTRIBUTE_ECC_ENABLED:
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
      return 1;
    case CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED:
      if (driver.machine.cuda_version < 12010) throw CallFailed(CUDA_ERROR_INVALID_VALUE);
      return model.capability >= 90 && driver.machine.nccl.multicast ? 1 : 0;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE:
      return CU_COMPUTEMODE_DEFAULT;
    default:
      throw CallFailed(CUDA_ERROR_INVALID_VALUE,
                       "the virtual node does not model attribute " + std::to_string(which));
  }
}

/// "0 1 2 "
std::string listed(const std::vector<unsigned>& numbers) {
  std::string text;
  for (const unsigned number : numbers) text += std::to_string(number) + ' ';
  return text;
}

void write_text(const std::string& text, char* to, int size) {
  if (to == nullptr || size <= 0)
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "no room for the text");
  std::snprintf(to, static_cast<std::size_t>(size), "%s", text.c_str());
}

Context& context_of(CudaDriver& driver, CUcontext handle) {
  for (Context& context : driver.contexts) {
    if (reinterpret_cast<CUcontext>(&context) == handle && context.retained != 0) return context;
  }
  throw CallFailed(CUDA_ERROR_INVALID_CONTEXT, "the context does not exist (any more)");
}

}  // namespace

VIRTUAL_NODE_EXPORT const char* plumbline_stand_in(const char* key) {
  const std::lock_guard lock(driver_mutex());
  try {
    const auto& machine = the_driver().machine;
    if (std::strcmp(key, "host") == 0) return machine.host.c_str();
    if (std::strcmp(key, "instance_type") == 0) return machine.instance_type.c_str();
    if (std::strcmp(key, "gpu_addresses") == 0) {
      static const std::string addresses = [&] {
        std::string all;
        for (const auto& gpu : machine.gpus) all += gpu.pci_address + ' ';
        return all;
      }();
      return addresses.c_str();
    }
    const auto& links = machine.links;
    if (std::strcmp(key, "gpu_numa_nodes") == 0) {
      static const std::string nodes = listed(links.gpu_numa_nodes);
      return nodes.c_str();
    }
    if (std::strcmp(key, "numa_nodes") == 0) {
      static const std::string nodes = [&] {
        std::vector<unsigned> all(links.numa_nodes);
        std::iota(all.begin(), all.end(), 0U);
        return listed(all);
      }();
      return nodes.c_str();
    }
  } catch (const std::exception& error) {
    explain("plumbline_stand_in", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
  }
  return "";
}

VIRTUAL_NODE_EXPORT CUresult cuInit(unsigned flags) {
  {
    const std::lock_guard lock(driver_mutex());
    try {
      CudaDriver& driver = the_driver();
      if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
      const auto& start = driver.machine.start;
      if (start.status != 0) return static_cast<CUresult>(start.status);
      if (driver.visible().empty()) return CUDA_ERROR_NO_DEVICE;
      driver.started = !start.hangs;
    } catch (const std::exception& error) {
      explain("cuInit", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
      return CUDA_ERROR_UNKNOWN;
    }
    if (the_driver().started) return CUDA_SUCCESS;
  }
  for (;;) ::pause();
}

VIRTUAL_NODE_EXPORT CUresult cuDriverGetVersion(int* version) {
  if (version == nullptr) return CUDA_ERROR_INVALID_VALUE;
  const std::lock_guard lock(driver_mutex());
  try {
    *version = the_driver().machine.cuda_version;
    return CUDA_SUCCESS;
  } catch (const std::exception& error) {
    explain("cuDriverGetVersion", CallFailed(CUDA_ERROR_UNKNOWN, error.what()));
    return CUDA_ERROR_UNKNOWN;
  }
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGetCount(int* count) {
  return guarded("cuDeviceGetCount",
                 [&](CudaDriver& driver) { *count = static_cast<int>(driver.visible().size()); });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return guarded("cuDeviceGet", [&](CudaDriver& driver) {
    driver.gpu_of(ordinal);
    *device = ordinal;
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGetName(char* name, int size, CUdevice device) {
  return guarded("cuDeviceGetName", [&](CudaDriver& driver) {
    const auto& gpu = driver.machine.gpus[static_cast<std::size_t>(driver.gpu_of(device))];
    write_text(driver.machine.model.name + (gpu.partitioned ? " MIG 1g.10gb" : ""), name, size);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  return guarded("cuDeviceGetUuid", [&](CudaDriver& driver) {
    const int gpu = driver.gpu_of(device);
    std::memset(uuid->bytes, 0, sizeof uuid->bytes);
    uuid->bytes[0] = 'v';
    uuid->bytes[sizeof uuid->bytes - 1] = static_cast<char>(gpu);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGetPCIBusId(char* address, int size, CUdevice device) {
  return guarded("cuDeviceGetPCIBusId", [&](CudaDriver& driver) {
    const auto gpu = static_cast<std::size_t>(driver.gpu_of(device));
    write_text(driver.machine.gpus[gpu].pci_address, address, size);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which,
                                                  CUdevice device) {
  return guarded("cuDeviceGetAttribute", [&](CudaDriver& driver) {
    driver.gpu_of(device);
    *value = attribute(driver, which);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceTotalMem_v2(std::size_t* bytes, CUdevice device) {
  return guarded("cuDeviceTotalMem", [&](CudaDriver& driver) {
    driver.gpu_of(device);
    *bytes = driver.machine.model.memory_bytes;
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return guarded("cuDeviceCanAccessPeer",
                 [&](CudaDriver& driver) { *can = driver.gpu_of(device) != driver.gpu_of(peer); });
}

VIRTUAL_NODE_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  return guarded("cuDevicePrimaryCtxRetain", [&](CudaDriver& driver) {
    const auto gpu = static_cast<std::size_t>(driver.gpu_of(device));
    if (driver.machine.gpus[gpu].exclusive_elsewhere) {
      throw CallFailed(CUDA_ERROR_DEVICE_UNAVAILABLE);
    }
    ++driver.contexts[gpu].retained;
    *context = reinterpret_cast<CUcontext>(&driver.contexts[gpu]);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return guarded("cuDevicePrimaryCtxRelease", [&](CudaDriver& driver) {
    Context& context = driver.contexts[static_cast<std::size_t>(driver.gpu_of(device))];
    if (context.retained == 0) {
      throw CallFailed(CUDA_ERROR_INVALID_CONTEXT, "the context is not retained");
    }
    --context.retained;
  });
}

VIRTUAL_NODE_EXPORT CUresult cuCtxSetCurrent(CUcontext context) {
  return guarded("cuCtxSetCurrent", [&](CudaDriver& driver) {
    CudaDriver::overlook_call();
    CudaDriver::current_context = context == nullptr ? nullptr : &context_of(driver, context);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuCtxGetCurrent(CUcontext* context) {
  return guarded("cuCtxGetCurrent", [&](CudaDriver&) {
    *context = reinterpret_cast<CUcontext>(CudaDriver::current_context);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuCtxSynchronize() {
  return guarded("cuCtxSynchronize", [&](CudaDriver& driver) { driver.drain(driver.current()); });
}

VIRTUAL_NODE_EXPORT CUresult cuCtxEnablePeerAccess(CUcontext peer, unsigned flags) {
  return guarded("cuCtxEnablePeerAccess", [&](CudaDriver& driver) {
    const Context& other = context_of(driver, peer);
    if (flags != 0) throw CallFailed(CUDA_ERROR_INVALID_VALUE, "flags must be 0");
    if (other.gpu == driver.current().gpu) {
      throw CallFailed(CUDA_ERROR_INVALID_DEVICE, "a GPU is no peer of itself");
    }
    if (!driver.current().peers.insert(other.gpu).second) {
      throw CallFailed(CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
    }
  });
}

VIRTUAL_NODE_EXPORT CUresult cuCtxDisablePeerAccess(CUcontext peer) {
  return guarded("cuCtxDisablePeerAccess", [&](CudaDriver& driver) {
    if (driver.current().peers.erase(context_of(driver, peer).gpu) == 0) {
      throw CallFailed(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
    }
  });
}
