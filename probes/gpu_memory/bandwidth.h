#pragma once

#include <cstdint>
#include <memory>

#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"

namespace plumbline::gpu_memory {

/// What a GPU does with its memory while it is timed. a, b and c are arrays of float.
enum class Operation {
  read,   ///< the sum of b's words
  write,  ///< a = a value that follows from the place
  copy,   ///< a = b
  scale,  ///< a = s * b
  add,    ///< a = b + c
  triad,  ///< a = b + s * c
  dot,    ///< the sum of b * c
};

/// How many arrays are read or written once: the counting rule.
unsigned arrays_moved(Operation operation);

/// Bytes of each array: 512 MiB, or four times the last cache if that is more, so that next to
/// nothing of one round is left in it for the next; a multiple of 2 MiB.
std::uint64_t default_array_bytes(std::uint64_t l2_bytes);

/// Fills the arrays and returns the operation, timed by the GPU: one call runs it for about 20 ms
/// and gives the seconds of one round. It verifies what the timed rounds left behind.
Prepared prepare_bandwidth(std::shared_ptr<const Workbench> bench, Operation operation,
                           std::uint64_t array_bytes);

}  // namespace plumbline::gpu_memory
