#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "probes/gpu/pinned_on_node.h"
#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"

namespace plumbline {

/// A random order of `links` links as one ring: from each link the number of the next (Sattolo's
/// algorithm; the same for the same number).
std::vector<unsigned> random_ring(std::size_t links);

/// The ring of a chain of so many bytes. Chains of one size may share it: to make one takes as long
/// as to lay it.
std::shared_ptr<const std::vector<unsigned>> ring_of(std::uint64_t bytes);

/// Bytes of a chain that the last cache of a GPU cannot hold: 256 MiB, or four times the cache if
/// that is more.
std::uint64_t default_chain_bytes(std::uint64_t l2_bytes);

/// A ring of links laid through a memory, one per 128-byte line, in an order that no prefetcher
/// knows.
class Chain {
 public:
  /// In a GPU's memory; its last cache holds nothing of it. The bench has the kernels of chase.cuh.
  Chain(std::shared_ptr<const Workbench> owner, std::shared_ptr<const std::vector<unsigned>> ring);
  /// In the host's memory.
  Chain(std::shared_ptr<const Workbench> owner, std::shared_ptr<const std::vector<unsigned>> ring,
        std::optional<unsigned> node);

  const std::vector<unsigned>& ring() const { return *ring_; }
  std::size_t words() const;
  cuda::DeviceAddress address(const cuda::Context& context) const;

  /// Has the owner's last cache hold nothing of the chain: whoever walks next must not meet what
  /// another walker, on any GPU, has left there.
  void leave_cache() const;

 private:
  std::shared_ptr<const Workbench> owner_;
  std::shared_ptr<const std::vector<unsigned>> ring_;
  std::optional<cuda::DeviceMemory> in_gpu_;
  std::optional<PinnedOnNode> in_host_;
};

/// Loads of one latency sample.
inline constexpr unsigned chain_hops = 16384;

/// A walk on the chain by one thread of a GPU: `hops` loads from where the last call ended, each
/// waiting for the one before, timed by the GPU's nanosecond clock in the kernel itself. The GPU
/// must reach the memory. `keeps` lives as long.
Prepared prepare_walk(std::shared_ptr<const Workbench> walker, std::shared_ptr<const Chain> chain,
                      unsigned hops = chain_hops, std::shared_ptr<const void> keeps = nullptr);

}  // namespace plumbline
