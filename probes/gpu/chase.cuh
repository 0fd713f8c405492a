#pragma once

#include "probes/gpu/kernel.h"

// Latency: a chain of links, one per line of `stride` words, in an order that no prefetcher knows.

KERNEL(lay_chain, (unsigned* chain, const unsigned* next, unsigned stride, size_t links)) {
  for (size_t i : grid_stride(links)) chain[i * stride] = next[i] * stride;
}
TRAFFIC(lay_chain, (unsigned* chain, const unsigned* next, unsigned stride, size_t links)) {
  by_elements(links);
  reads(next, links);
  writes(chain, links * stride);
}

/// Follows the chain from *position for `hops` links and says how long that took.
KERNEL(chase, (const unsigned* chain, unsigned* position, unsigned hops,
               unsigned long long* duration_ns, size_t)) {
  unsigned at = *position;
  const unsigned long long start = nanoseconds();
  for (unsigned hop = 0; hop < hops; ++hop) at = load_dependent(chain + at);
  *position = at;  // before the clock is read again: the last load must have come
  *duration_ns = nanoseconds() - start;
}
TRAFFIC(chase, (const unsigned* chain, unsigned* position, unsigned hops,
                unsigned long long* duration_ns, size_t words)) {
  reads(chain, words);
  reads(position, 1);
  writes(position, 1);
  writes(duration_ns, 1);
  dependent_loads(hops);
}
