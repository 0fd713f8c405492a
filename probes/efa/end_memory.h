#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "probes/efa/pattern.h"
#include "probes/vendor/fabric_owners.h"

namespace plumbline::efa {

/// The memory of one end of a rail. Its bytes may be a GPU's: only what is here touches them.
class EndMemory {
 public:
  virtual ~EndMemory() = default;

  std::span<std::byte> bytes() const { return bytes_; }

  /// Writes the pattern of `seed` to a part of it, as fill_pattern().
  virtual void fill(std::span<std::byte> part, std::uint64_t seed) = 0;
  virtual void wipe(std::span<std::byte> part) = 0;
  /// Compares a part of it with the pattern of `seed`, as plumbline::efa::wrong_bytes().
  virtual WrongBytes wrong_bytes(std::span<const std::byte> part, std::uint64_t seed) = 0;

  virtual fabric::MemoryRegion registered(const fabric::Domain& domain, std::uint64_t key) = 0;

 protected:
  std::span<std::byte> bytes_;
};

/// Where ends get their memory from.
class MemorySource {
 public:
  virtual ~MemorySource() = default;
  virtual std::unique_ptr<EndMemory> get(std::size_t bytes) = 0;
};

/// Memory of the host, on a NUMA node if one is named (RailMemory).
std::unique_ptr<MemorySource> host_memory(std::optional<unsigned> numa_node);

}  // namespace plumbline::efa
