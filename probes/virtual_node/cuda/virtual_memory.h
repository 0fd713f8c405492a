#pragma once

#include <cuda.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/virtual_node/device_memory.h"
#include "probes/virtual_node/simt/kernel_table.h"
#include "probes/virtual_node/simt/multicast_view.h"

namespace plumbline::virtual_node {

class CudaDriver;

/// Memory that a program maps itself: physical memory of GPUs, multicast objects that it is bound
/// to, and the addresses at which either is mapped. Stricter than a real driver: what would block
/// there for ever, or has no defined outcome, is refused here, and says why.
class VirtualMemory {
 public:
  explicit VirtualMemory(CudaDriver& driver) : driver_(driver) {}

  /// What sizes and addresses must be multiples of, and what multicast objects should be.
  static constexpr std::size_t granularity = std::size_t{2} << 20;
  static constexpr std::size_t recommended_multicast = std::size_t{512} << 20;

  CUmemGenericAllocationHandle create(int gpu, std::size_t bytes, bool shareable);
  void release(CUmemGenericAllocationHandle handle);

  void* reserve(std::size_t bytes, std::size_t alignment);
  void free_addresses(void* from, std::size_t bytes);
  void map(void* to, std::size_t bytes, std::size_t offset, CUmemGenericAllocationHandle handle);
  void unmap(void* from, std::size_t bytes);
  void set_access(void* from, std::size_t bytes, const std::set<int>& gpus, bool allowed);

  CUmemGenericAllocationHandle create_multicast(const CUmulticastObjectProp& properties);
  /// Throws what is wrong with them.
  void check(const CUmulticastObjectProp& properties) const;
  void add_device(CUmemGenericAllocationHandle handle, int gpu);
  void bind(CUmemGenericAllocationHandle handle, std::size_t offset,
            CUmemGenericAllocationHandle memory, std::size_t memory_offset, std::size_t bytes);
  void unbind(CUmemGenericAllocationHandle handle, int gpu, std::size_t offset, std::size_t bytes);

  /// Whether addresses are kept for the program to map something at.
  bool reserved(const void* address) const { return reservation_of(address) != nullptr; }

  /// The memory behind an access to a multicast address, of each GPU that is bound. Throws what
  /// loses the GPU that tries.
  std::vector<Block*> behind(const Access& access, int gpu, const std::string& kernel) const;
  /// Accesses with those to multicast addresses resolved into those to the memory behind.
  std::vector<Access> resolved(const std::vector<Access>& accesses, int gpu,
                               const std::string& kernel) const;
  /// The same as a kernel sees it: what `vanishes` says does not arrive is left out.
  std::vector<MulticastView> views(const std::vector<Access>& accesses, int gpu,
                                   const std::string& kernel) const;

 private:
  struct Bound {
    std::size_t bytes = 0;
    std::shared_ptr<struct Allocation> memory;
  };
  struct Multicast {
    unsigned devices = 0;
    bool shareable = false;
    std::set<int> gpus;
    std::map<int, Bound> bound;  ///< by GPU
  };
  struct Reservation {
    std::size_t bytes = 0;
    std::shared_ptr<struct Allocation> mapped;
    std::set<int> access;
  };
  friend struct Allocation;

  std::shared_ptr<Allocation> at(CUmemGenericAllocationHandle handle) const;
  Multicast& multicast_at(CUmemGenericAllocationHandle handle) const;
  CUmemGenericAllocationHandle add(std::shared_ptr<Allocation> allocation);
  Reservation& exactly(void* from, std::size_t bytes);
  const std::pair<const std::uintptr_t, Reservation>* reservation_of(const void* address) const;

  CudaDriver& driver_;
  CUmemGenericAllocationHandle last_ = 0x1000;
  std::map<CUmemGenericAllocationHandle, std::shared_ptr<Allocation>> handles_;
  std::map<std::uintptr_t, Reservation> reservations_;  ///< by address
};

}  // namespace plumbline::virtual_node
