// Memory that a program maps itself, and multicast objects.

#include "probes/virtual_node/cuda/driver.h"

using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::pointer;
using plumbline::virtual_node::VirtualMemory;

namespace {

int gpu_of(const CudaDriver& driver, const CUmemLocation& location) {
  if (location.type != CU_MEM_LOCATION_TYPE_DEVICE) {
    throw CallFailed(CUDA_ERROR_NOT_SUPPORTED, "only memory of devices is modelled");
  }
  return driver.gpu_of(location.id);
}

void check(const CudaDriver& driver, const CUmemAllocationProp* properties) {
  if (properties == nullptr || properties->type != CU_MEM_ALLOCATION_TYPE_PINNED ||
      properties->win32HandleMetaData != nullptr) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "the allocation's properties are none");
  }
  gpu_of(driver, properties->location);
}

void no_flags(unsigned long long flags) {
  if (flags != 0) throw CallFailed(CUDA_ERROR_INVALID_VALUE, "flags must be 0");
}

}  // namespace

VIRTUAL_NODE_EXPORT CUresult cuMemGetAllocationGranularity(std::size_t* granularity,
                                                           const CUmemAllocationProp* properties,
                                                           CUmemAllocationGranularity_flags) {
  return guarded("cuMemGetAllocationGranularity", [&](CudaDriver& driver) {
    check(driver, properties);
    *granularity = VirtualMemory::granularity;
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemCreate(CUmemGenericAllocationHandle* handle, std::size_t bytes,
                                         const CUmemAllocationProp* properties,
                                         unsigned long long flags) {
  return guarded("cuMemCreate", [&](CudaDriver& driver) {
    check(driver, properties);
    no_flags(flags);
    *handle = driver.virtual_memory.create(gpu_of(driver, properties->location), bytes,
                                           properties->requestedHandleTypes != 0);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemRelease(CUmemGenericAllocationHandle handle) {
  return guarded("cuMemRelease",
                 [&](CudaDriver& driver) { driver.virtual_memory.release(handle); });
}

VIRTUAL_NODE_EXPORT CUresult cuMemAddressReserve(CUdeviceptr* address, std::size_t bytes,
                                                 std::size_t alignment, CUdeviceptr,
                                                 unsigned long long flags) {
  return guarded("cuMemAddressReserve", [&](CudaDriver& driver) {
    no_flags(flags);
    *address = reinterpret_cast<CUdeviceptr>(driver.virtual_memory.reserve(bytes, alignment));
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemAddressFree(CUdeviceptr address, std::size_t bytes) {
  return guarded("cuMemAddressFree", [&](CudaDriver& driver) {
    driver.virtual_memory.free_addresses(pointer(address), bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemMap(CUdeviceptr address, std::size_t bytes, std::size_t offset,
                                      CUmemGenericAllocationHandle handle,
                                      unsigned long long flags) {
  return guarded("cuMemMap", [&](CudaDriver& driver) {
    no_flags(flags);
    driver.virtual_memory.map(pointer(address), bytes, offset, handle);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemUnmap(CUdeviceptr address, std::size_t bytes) {
  return guarded("cuMemUnmap",
                 [&](CudaDriver& driver) { driver.virtual_memory.unmap(pointer(address), bytes); });
}

VIRTUAL_NODE_EXPORT CUresult cuMemSetAccess(CUdeviceptr address, std::size_t bytes,
                                            const CUmemAccessDesc* descriptions,
                                            std::size_t count) {
  return guarded("cuMemSetAccess", [&](CudaDriver& driver) {
    for (std::size_t i = 0; i < count; ++i) {
      const CUmemAccessDesc& description = descriptions[i];
      if (description.flags == CU_MEM_ACCESS_FLAGS_PROT_READ) {
        throw CallFailed(CUDA_ERROR_NOT_SUPPORTED, "access to read alone is not modelled");
      }
      driver.virtual_memory.set_access(pointer(address), bytes,
                                       {gpu_of(driver, description.location)},
                                       description.flags == CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
    }
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMulticastCreate(CUmemGenericAllocationHandle* handle,
                                               const CUmulticastObjectProp* properties) {
  return guarded("cuMulticastCreate", [&](CudaDriver& driver) {
    *handle = driver.virtual_memory.create_multicast(*properties);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMulticastAddDevice(CUmemGenericAllocationHandle handle,
                                                  CUdevice device) {
  return guarded("cuMulticastAddDevice", [&](CudaDriver& driver) {
    driver.virtual_memory.add_device(handle, driver.gpu_of(device));
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMulticastBindMem(CUmemGenericAllocationHandle handle,
                                                std::size_t offset,
                                                CUmemGenericAllocationHandle memory,
                                                std::size_t memory_offset, std::size_t bytes,
                                                unsigned long long flags) {
  return guarded("cuMulticastBindMem", [&](CudaDriver& driver) {
    no_flags(flags);
    driver.virtual_memory.bind(handle, offset, memory, memory_offset, bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMulticastUnbind(CUmemGenericAllocationHandle handle, CUdevice device,
                                               std::size_t offset, std::size_t bytes) {
  return guarded("cuMulticastUnbind", [&](CudaDriver& driver) {
    driver.virtual_memory.unbind(handle, driver.gpu_of(device), offset, bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMulticastGetGranularity(std::size_t* granularity,
                                                       const CUmulticastObjectProp* properties,
                                                       CUmulticastGranularity_flags option) {
  return guarded("cuMulticastGetGranularity", [&](CudaDriver& driver) {
    driver.virtual_memory.check(*properties);
    *granularity = option == CU_MULTICAST_GRANULARITY_RECOMMENDED
                       ? VirtualMemory::recommended_multicast
                       : VirtualMemory::granularity;
  });
}
