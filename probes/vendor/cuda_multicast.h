#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "probes/vendor/cuda_owners.h"

/// Owners of memory that is mapped by hand and of multicast objects, through which a GPU reaches
/// the memory of several GPUs at once. The contexts that they are made with must outlive them.
/// They are given back in the order in which they were made, the last first: a mapping, what is
/// bound, the object, then the memory.
namespace plumbline::cuda {

using Contexts = std::vector<const Context*>;

/// Physical memory of a GPU, without an address. It can be bound to a multicast object.
class PhysicalMemory {
 public:
  /// `bytes`: a multiple of step().
  PhysicalMemory(const Context& context, std::size_t bytes);
  PhysicalMemory(const PhysicalMemory&) = delete;
  PhysicalMemory& operator=(const PhysicalMemory&) = delete;
  ~PhysicalMemory();

  /// What sizes and addresses of a GPU's memory should be multiples of; a power of two.
  static std::size_t step(const Context& context);

  const Context& context() const { return context_; }
  AllocationHandle handle() const { return handle_; }
  std::size_t bytes() const { return bytes_; }

 private:
  const Context& context_;
  AllocationHandle handle_ = 0;
  std::size_t bytes_;
};

/// What several GPUs bind memory to, each its own. No memory can be bound before all of them belong
/// to it: on this driver such a call would not return, so they all do from the beginning.
class MulticastObject {
 public:
  /// `bytes`: a multiple of step().
  MulticastObject(Contexts gpus, std::size_t bytes);
  MulticastObject(const MulticastObject&) = delete;
  MulticastObject& operator=(const MulticastObject&) = delete;
  ~MulticastObject();

  /// As PhysicalMemory's; it may be hundreds of MiB.
  static std::size_t step(const Contexts& gpus, std::size_t bytes);
  /// The first function of those that are needed here that the driver lacks; null: it has all.
  static const char* missing_function(const Functions& call);

  const Contexts& gpus() const { return gpus_; }
  AllocationHandle handle() const { return handle_; }
  std::size_t bytes() const { return bytes_; }

 private:
  const Contexts gpus_;
  AllocationHandle handle_ = 0;
  std::size_t bytes_;
};

/// Memory of one GPU, whole, bound to a multicast object of the same size.
class MulticastBinding {
 public:
  MulticastBinding(const MulticastObject& object, const PhysicalMemory& memory);
  MulticastBinding(const MulticastBinding&) = delete;
  MulticastBinding& operator=(const MulticastBinding&) = delete;
  ~MulticastBinding();

 private:
  const MulticastObject& object_;
  const PhysicalMemory& memory_;
};

/// Addresses at which GPUs reach something: physical memory, or all that is bound to a multicast
/// object. The latter only with the instructions that are made for it (multimem).
class Mapping {
 public:
  explicit Mapping(const PhysicalMemory& memory);   ///< for its own GPU
  explicit Mapping(const MulticastObject& object);  ///< for all of its GPUs
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  DeviceAddress address() const { return address_; }

 private:
  Mapping(Contexts gpus, AllocationHandle handle, std::size_t bytes, std::size_t alignment);
  void give_back(bool mapped) noexcept;

  const Contexts gpus_;
  std::size_t bytes_;
  DeviceAddress address_ = 0;
};

}  // namespace plumbline::cuda
