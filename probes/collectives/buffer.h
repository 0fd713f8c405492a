#pragma once

#include <cstddef>
#include <optional>

#include "probes/gpu/ranks.h"

namespace plumbline::collectives {

/// Memory of one rank, as the task wants it.
class Buffer {
 public:
  Buffer(const Ranks& ranks, std::size_t local, std::size_t bytes, bool registered) {
    const cuda::Context& context = ranks.bench(local).context;
    if (registered) {
      memory_.emplace(ranks.library(), context, bytes);
      registration_.emplace(ranks.communicators(), local, *memory_);
    } else {
      plain_.emplace(context, bytes);
    }
  }

  cuda::DeviceAddress address() const {
    return plain_ ? plain_->address() : reinterpret_cast<cuda::DeviceAddress>(memory_->data());
  }

 private:
  std::optional<cuda::DeviceMemory> plain_;
  std::optional<nccl::Memory> memory_;
  std::optional<nccl::Registration> registration_;  // given back before the memory
};

}  // namespace plumbline::collectives
