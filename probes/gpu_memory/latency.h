#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"

namespace plumbline::gpu_memory {

/// A random order of `links` links as one ring: from each link the number of the next (Sattolo's
/// algorithm; the same for the same number).
std::vector<unsigned> random_ring(std::size_t links);

/// Bytes of the memory that is walked through: 256 MiB, or four times the last cache if that is
/// more.
std::uint64_t default_chain_bytes(std::uint64_t l2_bytes);

/// Loads of one latency sample.
inline constexpr unsigned chain_hops = 16384;

/// Lays a ring through memory, one link per 128-byte line, and returns the walk: one thread that
/// loads link after link, `chain_hops` of them from where the last call ended, timed by the GPU's
/// nanosecond clock in the kernel itself.
Prepared prepare_latency(std::shared_ptr<const Workbench> bench, std::uint64_t chain_bytes);

}  // namespace plumbline::gpu_memory
