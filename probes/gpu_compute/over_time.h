#pragma once

#include <span>
#include <vector>

#include "probes/harness/plan.h"

namespace plumbline::gpu_compute {

/// A value from one moment to another, in seconds since the beginning.
struct Stretch {
  double from = 0, to = 0;
  double value = 0;
};

/// Means over at most 64 steps of whole seconds (of fifths where all is shorter than 6 s), of
/// stretches in the order of time that do not overlap. A step of which less than half is known has
/// none; nothing at all if no step has one.
OverTime means_over_time(std::span<const Stretch> stretches, double seconds);

}  // namespace plumbline::gpu_compute
