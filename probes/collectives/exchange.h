#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "probes/collectives/operation.h"
#include "probes/harness/plan.h"

namespace plumbline::collectives {

/// What is done, and how.
struct Task {
  Operation operation = Operation::all_reduce;
  std::uint64_t bytes = 0;  ///< size, as nccl-tests counts it
  bool in_place = false;
  bool registered = false;  ///< buffers of ncclMemAlloc that the communicator knows
};

/// The operation, timed by the host's clock around some rounds of it, launches included; the result
/// of the last round is verified. Skips what the GPUs' free memory or the library does not allow.
Prepared prepare_rate(const std::shared_ptr<SharedRanks>& ranks, const Task& task);

/// How long single rounds take, one behind the other, by the GPUs' events: of each round the
/// slowest rank's time. In seconds, sorted.
std::vector<double> round_times(SharedRanks& ranks, const Task& task);

}  // namespace plumbline::collectives
