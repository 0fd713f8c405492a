#pragma once

#include <memory>

#include "probes/gpu/workbench.h"
#include "probes/harness/plan.h"

namespace plumbline::gpu_memory {

/// Fills at least 90 % of the free memory of a GPU with a pattern, reads it back when all of it is
/// written, and does the same with the pattern's complement, so that every bit was a one and a
/// zero. The value is how many 8-byte words differed; the note says how much was tested, and where
/// the first difference was. Throws if less than that could be tested, in memory or within
/// `limit_s`.
Fact test_pattern(const Workbench& bench, double limit_s);

}  // namespace plumbline::gpu_memory
