#include "probes/virtual_node/cuda/virtual_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "probes/virtual_node/cuda/driver.h"

namespace plumbline::virtual_node {
namespace {

/// Where addresses are asked to be reserved, so that they repeat from run to run.
#ifdef __SANITIZE_THREAD__  // which has its shadow there
constexpr std::uintptr_t first_address = 0x7e90'0000'0000;
#else
constexpr std::uintptr_t first_address = 0x3000'0000'0000;
#endif

[[noreturn]] void refuse(const std::string& why, CUresult status = CUDA_ERROR_INVALID_VALUE) {
  throw CallFailed(status, why);
}

void require_multiple(std::size_t value, const char* what) {
  if (value % VirtualMemory::granularity == 0) return;
  refuse(std::string(what) + " is " + std::to_string(value) + ", no multiple of the granularity");
}

}  // namespace

/// What a handle stands for. It is there as long as a handle, a mapping or a binding is.
struct Allocation {
  CudaDriver& driver;
  std::size_t bytes = 0;
  bool shareable = false;
  Block* block = nullptr;                             ///< physical memory
  std::optional<VirtualMemory::Multicast> multicast;  ///< or a multicast object
  bool is_mapped = false;

  Allocation(CudaDriver& the_driver, std::size_t size, bool may_be_shared)
      : driver(the_driver), bytes(size), shareable(may_be_shared) {}
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;
  ~Allocation() {
    if (block != nullptr) driver.memory.free(*block);
  }
};

std::shared_ptr<Allocation> VirtualMemory::at(CUmemGenericAllocationHandle handle) const {
  const auto found = handles_.find(handle);
  if (found == handles_.end()) refuse("the handle is of no memory and no multicast object");
  return found->second;
}

VirtualMemory::Multicast& VirtualMemory::multicast_at(CUmemGenericAllocationHandle handle) const {
  const auto found = at(handle);
  if (!found->multicast) refuse("the handle is of no multicast object");
  return *found->multicast;
}

CUmemGenericAllocationHandle VirtualMemory::add(std::shared_ptr<Allocation> allocation) {
  handles_[++last_] = std::move(allocation);
  return last_;
}

CUmemGenericAllocationHandle VirtualMemory::create(int gpu, std::size_t bytes, bool shareable) {
  require_multiple(bytes, "the size");
  if (bytes == 0) refuse("0 bytes were asked for");
  auto made = std::make_shared<Allocation>(driver_, bytes, shareable);
  made->block = driver_.memory.allocate(gpu, bytes);
  if (made->block == nullptr) throw CallFailed(CUDA_ERROR_OUT_OF_MEMORY);
  made->block->access.emplace();
  HostTime::spend(driver_.machine.costs.allocate_host);
  return add(std::move(made));
}

void VirtualMemory::release(CUmemGenericAllocationHandle handle) {
  const auto released = at(handle);
  if (released->multicast && !released->multicast->bound.empty()) {
    refuse("memory is bound to the multicast object still: unbind it first");
  }
  handles_.erase(handle);
}

void* VirtualMemory::reserve(std::size_t bytes, std::size_t alignment) {
  if (bytes == 0 || bytes % page_bytes != 0) refuse("the size is no multiple of a page");
  if (alignment != 0 && !std::has_single_bit(alignment)) refuse("the alignment is no power of two");
  const std::size_t step = std::max(alignment, granularity);
  std::uintptr_t from = first_address;
  if (!reservations_.empty()) {
    const auto& [last, reservation] = *reservations_.rbegin();
    from = last + reservation.bytes;
  }
  from = (from + step - 1) / step * step;
  void* data = ::mmap(reinterpret_cast<void*>(from), bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (data == MAP_FAILED) throw CallFailed(CUDA_ERROR_OUT_OF_MEMORY, "no room for the addresses");
  reservations_[from].bytes = bytes;
  return data;
}

VirtualMemory::Reservation& VirtualMemory::exactly(void* from, std::size_t bytes) {
  const auto found = reservations_.find(reinterpret_cast<std::uintptr_t>(from));
  if (found == reservations_.end() || found->second.bytes != bytes) {
    refuse("these are not the addresses of one reservation, from its first to its last");
  }
  return found->second;
}

void VirtualMemory::free_addresses(void* from, std::size_t bytes) {
  if (exactly(from, bytes).mapped) refuse("something is mapped there still: unmap it first");
  ::munmap(from, bytes);
  reservations_.erase(reinterpret_cast<std::uintptr_t>(from));
}

void VirtualMemory::map(void* to, std::size_t bytes, std::size_t offset,
                        CUmemGenericAllocationHandle handle) {
  Reservation& reservation = exactly(to, bytes);
  const auto mapped = at(handle);
  require_multiple(reinterpret_cast<std::uintptr_t>(to), "the address");
  require_multiple(bytes, "the size");
  if (offset != 0) refuse("the offset must be 0");
  if (reservation.mapped) refuse("something is mapped there already");
  if (bytes > mapped->bytes) refuse("more is mapped than there is");
  if (bytes != mapped->bytes || mapped->is_mapped) {
    refuse("a part, or the same thing twice, is not modelled", CUDA_ERROR_NOT_SUPPORTED);
  }
  if (mapped->multicast && mapped->multicast->gpus.size() < mapped->multicast->devices) {
    refuse("a device of the multicast object is still to be added: a real call would not return");
  }
  if (mapped->block != nullptr) driver_.memory.move(*mapped->block, static_cast<std::byte*>(to));
  mapped->is_mapped = true;
  reservation.mapped = mapped;
}

void VirtualMemory::unmap(void* from, std::size_t bytes) {
  Reservation& reservation = exactly(from, bytes);
  if (!reservation.mapped) refuse("nothing is mapped there");
  for (const int gpu : reservation.access) {
    driver_.drain(driver_.contexts[static_cast<std::size_t>(gpu)]);
  }
  if (Block* block = reservation.mapped->block) {
    block->access->clear();
    driver_.memory.move(*block, nullptr);
    ::mmap(from, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
  reservation.mapped->is_mapped = false;
  reservation.mapped.reset();
  reservation.access.clear();
}

void VirtualMemory::set_access(void* from, std::size_t bytes, const std::set<int>& gpus,
                               bool allowed) {
  Reservation& reservation = exactly(from, bytes);
  if (!reservation.mapped) refuse("nothing is mapped there");
  for (const int gpu : gpus) {
    if (allowed) {
      reservation.access.insert(gpu);
    } else {
      reservation.access.erase(gpu);
    }
  }
  if (Block* block = reservation.mapped->block) block->access = reservation.access;
}

void VirtualMemory::check(const CUmulticastObjectProp& properties) const {
  if (driver_.machine.model.capability < 90 || !driver_.machine.nccl.multicast) {
    refuse("this machine has no multicast", CUDA_ERROR_NOT_SUPPORTED);
  }
  if (properties.flags != 0) refuse("flags must be 0");
  if (properties.numDevices == 0 || properties.numDevices > driver_.visible().size()) {
    refuse("there are not so many devices");
  }
}

CUmemGenericAllocationHandle VirtualMemory::create_multicast(
    const CUmulticastObjectProp& properties) {
  check(properties);
  require_multiple(properties.size, "the size");
  if (properties.size == 0) refuse("0 bytes were asked for");
  auto made = std::make_shared<Allocation>(driver_, properties.size, properties.handleTypes != 0);
  made->multicast.emplace().devices = properties.numDevices;
  return add(std::move(made));
}

void VirtualMemory::add_device(CUmemGenericAllocationHandle handle, int gpu) {
  Multicast& object = multicast_at(handle);
  if (object.gpus.size() == object.devices) refuse("the multicast object has all its devices");
  if (!object.gpus.insert(gpu).second) refuse("the device belongs to the multicast object already");
}

void VirtualMemory::bind(CUmemGenericAllocationHandle handle, std::size_t offset,
                         CUmemGenericAllocationHandle memory_handle, std::size_t memory_offset,
                         std::size_t bytes) {
  Multicast& object = multicast_at(handle);
  const auto memory = at(memory_handle);
  if (memory->block == nullptr) refuse("what is bound is no memory");
  if (object.gpus.size() < object.devices) {
    refuse("a device is still to be added: a real call would not return");
  }
  const int gpu = memory->block->gpu;
  if (!object.gpus.contains(gpu)) refuse("the memory is of a device that was not added");
  require_multiple(bytes, "the size");
  if (offset != 0 || memory_offset != 0 || bytes != at(handle)->bytes) {
    refuse("binding a part of a multicast object is not modelled", CUDA_ERROR_NOT_SUPPORTED);
  }
  if (bytes > memory->bytes) refuse("more is bound than there is memory");
  if (at(handle)->shareable && !memory->shareable) {
    refuse("a multicast object that can be shared takes only memory that can be shared");
  }
  if (object.bound.contains(gpu)) refuse("memory of that device is bound there already");
  if (driver_.machine.multicast_status != 0) {
    refuse("the machine has it so", static_cast<CUresult>(driver_.machine.multicast_status));
  }
  object.bound[gpu] = {bytes, memory};
}

void VirtualMemory::unbind(CUmemGenericAllocationHandle handle, int gpu, std::size_t offset,
                           std::size_t bytes) {
  Multicast& object = multicast_at(handle);
  const auto bound = object.bound.find(gpu);
  if (bound == object.bound.end() || offset != 0 || bytes != bound->second.bytes) {
    refuse("no memory of that device was bound so");
  }
  object.bound.erase(bound);
}

const std::pair<const std::uintptr_t, VirtualMemory::Reservation>* VirtualMemory::reservation_of(
    const void* address) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto behind = reservations_.upper_bound(at);
  if (behind == reservations_.begin()) return nullptr;
  const auto& found = *std::prev(behind);
  return at - found.first < found.second.bytes ? &found : nullptr;
}

std::vector<Block*> VirtualMemory::behind(const Access& access, int gpu,
                                          const std::string& kernel) const {
  const auto lost = [&](const std::string& why) {
    refuse(kernel + ' ' + why, CUDA_ERROR_ILLEGAL_ADDRESS);
  };
  const auto* found = reservation_of(access.address);
  if (found == nullptr || !found->second.mapped || !found->second.mapped->multicast) {
    lost("uses an instruction for multicast where no multicast object is mapped");
  }
  const auto& [from, reservation] = *found;
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(access.address) - from;
  if (access.bytes > reservation.bytes - offset) lost("reaches beyond a multicast object");
  if (!reservation.access.contains(gpu)) {
    lost("reaches a multicast object to which cuMemSetAccess gave gpu" + std::to_string(gpu) +
         " no access");
  }
  const Multicast& object = *reservation.mapped->multicast;
  std::vector<Block*> blocks;
  for (const int member : object.gpus) {
    const auto bound = object.bound.find(member);
    if (bound == object.bound.end()) {
      lost("reaches a multicast object to which gpu" + std::to_string(member) +
           " has bound no memory");
    }
    blocks.push_back(bound->second.memory->block);
  }
  return blocks;
}

std::vector<Access> VirtualMemory::resolved(const std::vector<Access>& accesses, int gpu,
                                            const std::string& kernel) const {
  std::vector<Access> found;
  for (const Access& access : accesses) {
    if (!access.multicast) {
      found.push_back(access);
      continue;
    }
    const auto blocks = behind(access, gpu, kernel);
    const std::size_t offset =
        reinterpret_cast<std::uintptr_t>(access.address) - reservation_of(access.address)->first;
    for (const Block* block : blocks) {
      Access part = access;
      part.address = block->data + offset;
      found.push_back(part);
    }
  }
  return found;
}

std::vector<MulticastView> VirtualMemory::views(const std::vector<Access>& accesses, int gpu,
                                                const std::string& kernel) const {
  std::vector<MulticastView> found;
  for (const Access& access : accesses) {
    if (!access.multicast) continue;
    const auto& [from, reservation] = *reservation_of(access.address);
    MulticastView view{from, reservation.bytes, {}, {}};
    for (const Block* block : behind(access, gpu, kernel)) {
      view.read.push_back(block->data);
      if (!driver_.vanishes(gpu, *block)) view.written.push_back(block->data);
    }
    found.push_back(std::move(view));
  }
  return found;
}

}  // namespace plumbline::virtual_node
