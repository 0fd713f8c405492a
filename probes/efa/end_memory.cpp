#include "probes/efa/end_memory.h"

#include <cstring>

#include "probes/efa/rail_memory.h"

namespace plumbline::efa {
namespace {

class HostMemory final : public EndMemory {
 public:
  HostMemory(std::size_t bytes, std::optional<unsigned> numa_node) : memory_(bytes, numa_node) {
    bytes_ = memory_.bytes();
  }

  void fill(std::span<std::byte> part, std::uint64_t seed) override { fill_pattern(part, seed); }
  void wipe(std::span<std::byte> part) override {
    if (!part.empty()) std::memset(part.data(), 0, part.size());
  }
  WrongBytes wrong_bytes(std::span<const std::byte> part, std::uint64_t seed) override {
    return efa::wrong_bytes(part, seed);
  }
  fabric::MemoryRegion registered(const fabric::Domain& domain, std::uint64_t key) override {
    return {domain, bytes_, key};
  }

 private:
  RailMemory memory_;
};

class HostSource final : public MemorySource {
 public:
  explicit HostSource(std::optional<unsigned> numa_node) : numa_node_(numa_node) {}
  std::unique_ptr<EndMemory> get(std::size_t bytes) override {
    return std::make_unique<HostMemory>(bytes, numa_node_);
  }

 private:
  std::optional<unsigned> numa_node_;
};

}  // namespace

std::unique_ptr<MemorySource> host_memory(std::optional<unsigned> numa_node) {
  return std::make_unique<HostSource>(numa_node);
}

}  // namespace plumbline::efa
