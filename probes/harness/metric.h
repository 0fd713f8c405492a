#pragma once

#include "results/schema/measurement.h"

namespace plumbline {

/// What a probe measures: a constant in its probe, shown by --describe.
struct Metric {
  const char* name;  ///< "host_memory.read": the probe, then what; says the counting rule
  const char* unit;  ///< "GB/s" (GB = 1e9), "ns", "s", "count", "text" ...
  Better better;
  const char* meaning;  ///< one sentence: what is counted, over what, how
};

}  // namespace plumbline
