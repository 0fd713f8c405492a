#include "probes/vendor/cuda_multicast.h"

#include <algorithm>
#include <utility>

namespace plumbline::cuda {
namespace {

AllocationProperties properties_of(const Context& context) {
  AllocationProperties properties;
  properties.location.id = context.device();
  // Nobody is given a handle; but what can be shared binds only to what can be shared, and this is
  // the pairing that every user of multicast within a node has.
  properties.handle_types = HandleType::file_descriptor;
  return properties;
}

MulticastProperties properties_of(const Contexts& gpus, std::size_t bytes) {
  MulticastProperties properties;
  properties.devices = static_cast<unsigned>(gpus.size());
  properties.bytes = bytes;
  properties.handle_types = static_cast<unsigned long long>(HandleType::file_descriptor);
  return properties;
}

/// Gives something back that several GPUs have to do with: not if one of them hangs, for the driver
/// would wait for it. Nothing that goes wrong leaves a destructor.
template <class GiveBack>
void quietly(const Contexts& gpus, GiveBack&& give_back) noexcept {
  try {
    if (std::any_of(gpus.begin(), gpus.end(), [](const Context* c) { return c->is_given_up(); })) {
      return;
    }
    give_back(gpus.front()->call());
  } catch (...) {
  }
}

}  // namespace

std::size_t PhysicalMemory::step(const Context& context) {
  const AllocationProperties properties = properties_of(context);
  std::size_t bytes = 0;
  context.call().allocation_granularity(&bytes, &properties, Granularity::recommended);
  return bytes;
}

PhysicalMemory::PhysicalMemory(const Context& context, std::size_t bytes)
    : context_(context), bytes_(bytes) {
  const AllocationProperties properties = properties_of(context);
  context_.call().memory_create(&handle_, bytes_, &properties, /*flags=*/0);
}

PhysicalMemory::~PhysicalMemory() {
  quietly({&context_}, [&](const Functions& call) { call.memory_release.status(handle_); });
}

std::size_t MulticastObject::step(const Contexts& gpus, std::size_t bytes) {
  const MulticastProperties properties = properties_of(gpus, bytes);
  std::size_t step = 0;
  gpus.front()->call().multicast_granularity(&step, &properties, Granularity::recommended);
  return step;
}

const char* MulticastObject::missing_function(const Functions& call) {
  const auto lacks = [](const auto&... functions) {
    const char* name = nullptr;
    ((name = name == nullptr && !functions ? functions.name().c_str() : name), ...);
    return name;
  };
  return lacks(call.allocation_granularity, call.memory_create, call.memory_release,
               call.address_reserve, call.address_free, call.memory_map, call.memory_unmap,
               call.set_access, call.multicast_create, call.multicast_add_device,
               call.multicast_bind, call.multicast_unbind, call.multicast_granularity);
}

MulticastObject::MulticastObject(Contexts gpus, std::size_t bytes)
    : gpus_(std::move(gpus)), bytes_(bytes) {
  const MulticastProperties properties = properties_of(gpus_, bytes_);
  const Functions& call = gpus_.front()->call();
  call.multicast_create(&handle_, &properties);
  try {
    for (const Context* gpu : gpus_) call.multicast_add_device(handle_, gpu->device());
  } catch (...) {
    call.memory_release.status(handle_);
    throw;
  }
}

MulticastObject::~MulticastObject() {
  quietly(gpus_, [&](const Functions& call) { call.memory_release.status(handle_); });
}

MulticastBinding::MulticastBinding(const MulticastObject& object, const PhysicalMemory& memory)
    : object_(object), memory_(memory) {
  memory_.context().call().multicast_bind(object_.handle(), /*offset=*/0, memory_.handle(),
                                          /*offset in memory=*/0, object_.bytes(), /*flags=*/0);
}

MulticastBinding::~MulticastBinding() {
  quietly(object_.gpus(), [&](const Functions& call) {
    call.multicast_unbind.status(object_.handle(), memory_.context().device(), /*offset=*/0,
                                 object_.bytes());
  });
}

Mapping::Mapping(const PhysicalMemory& memory)
    : Mapping({&memory.context()}, memory.handle(), memory.bytes(),
              PhysicalMemory::step(memory.context())) {}

Mapping::Mapping(const MulticastObject& object)
    : Mapping(object.gpus(), object.handle(), object.bytes(),
              MulticastObject::step(object.gpus(), object.bytes())) {}

Mapping::Mapping(Contexts gpus, AllocationHandle handle, std::size_t bytes, std::size_t alignment)
    : gpus_(std::move(gpus)), bytes_(bytes) {
  const Functions& call = gpus_.front()->call();
  call.address_reserve(&address_, bytes_, alignment, /*at=*/0, /*flags=*/0);
  bool mapped = false;
  try {
    call.memory_map(address_, bytes_, /*offset=*/0, handle, /*flags=*/0);
    mapped = true;
    std::vector<AccessDescription> access(gpus_.size());
    for (std::size_t i = 0; i < gpus_.size(); ++i) access[i].location.id = gpus_[i]->device();
    call.set_access(address_, bytes_, access.data(), access.size());
  } catch (...) {
    give_back(mapped);
    throw;
  }
}

Mapping::~Mapping() { give_back(true); }

void Mapping::give_back(bool mapped) noexcept {
  quietly(gpus_, [&](const Functions& call) {
    if (mapped) call.memory_unmap.status(address_, bytes_);
    call.address_free.status(address_, bytes_);
  });
}

}  // namespace plumbline::cuda
