// Memory and copies.

#include <utility>

#include "probes/virtual_node/cuda/driver.h"

using plumbline::virtual_node::Block;
using plumbline::virtual_node::CallFailed;
using plumbline::virtual_node::CudaDriver;
using plumbline::virtual_node::guarded;
using plumbline::virtual_node::HostTime;
using plumbline::virtual_node::pointer;
using plumbline::virtual_node::Stream;

namespace {

Block& allocate(CudaDriver& driver, int gpu, std::size_t bytes) {
  if (bytes == 0) throw CallFailed(CUDA_ERROR_INVALID_VALUE, "0 bytes were asked for");
  Block* block = driver.memory.allocate(gpu, bytes);
  if (block == nullptr) throw CallFailed(CUDA_ERROR_OUT_OF_MEMORY);
  HostTime::spend(driver.machine.costs.allocate_host);
  return *block;
}

Block& whole_block(CudaDriver& driver, const void* data, bool on_host) {
  Block* block = driver.memory.find(data);
  if (block == nullptr || block->data != data || (block->gpu == Block::on_host) != on_host ||
      block->access) {
    throw CallFailed(CUDA_ERROR_INVALID_VALUE, "the pointer is none that was allocated");
  }
  return *block;
}

}  // namespace

VIRTUAL_NODE_EXPORT CUresult cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  return guarded("cuMemGetInfo", [&](CudaDriver& driver) {
    *free = driver.memory.free_bytes(driver.current().gpu);
    *total = driver.machine.model.memory_bytes;
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* address, std::size_t bytes) {
  return guarded("cuMemAlloc", [&](CudaDriver& driver) {
    const Block& block = allocate(driver, driver.current().gpu, bytes);
    *address = reinterpret_cast<CUdeviceptr>(block.data);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemFree_v2(CUdeviceptr address) {
  return guarded("cuMemFree", [&](CudaDriver& driver) {
    if (address == 0) return;
    driver.current();
    Block& block = whole_block(driver, pointer(address), false);
    driver.drain(driver.contexts[static_cast<std::size_t>(block.gpu)]);
    driver.memory.free(block);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemHostAlloc(void** data, std::size_t bytes, unsigned) {
  return guarded("cuMemHostAlloc", [&](CudaDriver& driver) {
    driver.current();
    *data = allocate(driver, Block::on_host, bytes).data;
  });
}

/// Nothing but copies writes here, and these are there when they end.
VIRTUAL_NODE_EXPORT CUresult cuFlushGPUDirectRDMAWrites(CUflushGPUDirectRDMAWritesTarget target,
                                                        CUflushGPUDirectRDMAWritesScope scope) {
  return guarded("cuFlushGPUDirectRDMAWrites", [&](CudaDriver& driver) {
    driver.current();
    if (target != CU_FLUSH_GPU_DIRECT_RDMA_WRITES_TARGET_CURRENT_CTX ||
        (scope != CU_FLUSH_GPU_DIRECT_RDMA_WRITES_TO_OWNER &&
         scope != CU_FLUSH_GPU_DIRECT_RDMA_WRITES_TO_ALL_DEVICES)) {
      throw CallFailed(CUDA_ERROR_INVALID_VALUE, "no such target or scope of remote writes");
    }
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemFreeHost(void* data) {
  return guarded("cuMemFreeHost", [&](CudaDriver& driver) {
    driver.drain(driver.current());
    Block& block = whole_block(driver, data, true);
    if (block.registered) {
      throw CallFailed(CUDA_ERROR_INVALID_VALUE, "registered memory is not the driver's to free");
    }
    driver.memory.free(block);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemHostRegister_v2(void* data, std::size_t bytes, unsigned) {
  return guarded("cuMemHostRegister", [&](CudaDriver& driver) {
    driver.current();
    driver.register_memory(data, bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemHostUnregister(void* data) {
  return guarded("cuMemHostUnregister", [&](CudaDriver& driver) {
    driver.drain(driver.current());
    Block& block = whole_block(driver, data, true);
    if (!block.registered) throw CallFailed(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
    driver.memory.free(block);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* address, void* data,
                                                          unsigned flags) {
  return guarded("cuMemHostGetDevicePointer", [&](CudaDriver& driver) {
    driver.current();
    const Block* block = driver.memory.find(data);
    if (flags != 0 || block == nullptr || block->gpu != Block::on_host) {
      throw CallFailed(CUDA_ERROR_INVALID_VALUE, "the pointer is of no page-locked memory");
    }
    *address = reinterpret_cast<CUdeviceptr>(data);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, std::size_t bytes,
                                           CUstream handle) {
  return guarded("cuMemcpyAsync", [&](CudaDriver& driver) {
    driver.copy(driver.stream(handle), pointer(to), pointer(from), bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemcpyPeerAsync(CUdeviceptr to, CUcontext to_context,
                                               CUdeviceptr from, CUcontext from_context,
                                               std::size_t bytes, CUstream handle) {
  return guarded("cuMemcpyPeerAsync", [&](CudaDriver& driver) {
    Stream& stream = driver.stream(handle);
    for (const auto& [address, context] :
         {std::pair{to, to_context}, std::pair{from, from_context}}) {
      const auto gpu = static_cast<std::size_t>(driver.device_block(address, bytes).gpu);
      if (reinterpret_cast<CUcontext>(&driver.contexts[gpu]) != context) {
        throw CallFailed(CUDA_ERROR_INVALID_VALUE, "the memory is of another context");
      }
    }
    driver.copy(stream, pointer(to), pointer(from), bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from,
                                                  std::size_t bytes, CUstream handle) {
  return guarded("cuMemcpyHtoDAsync", [&](CudaDriver& driver) {
    Stream& stream = driver.stream(handle);
    driver.device_block(to, bytes);
    driver.copy(stream, pointer(to), from, bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, std::size_t bytes,
                                                  CUstream handle) {
  return guarded("cuMemcpyDtoHAsync", [&](CudaDriver& driver) {
    Stream& stream = driver.stream(handle);
    driver.device_block(from, bytes);
    driver.copy(stream, to, pointer(from), bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from,
                                                  std::size_t bytes, CUstream handle) {
  return guarded("cuMemcpyDtoDAsync", [&](CudaDriver& driver) {
    Stream& stream = driver.stream(handle);
    driver.device_block(to, bytes);
    driver.device_block(from, bytes);
    driver.copy(stream, pointer(to), pointer(from), bytes);
  });
}

VIRTUAL_NODE_EXPORT CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, std::size_t bytes,
                                             CUstream handle) {
  return guarded("cuMemsetD8Async",
                 [&](CudaDriver& driver) { driver.fill(driver.stream(handle), to, value, bytes); });
}
