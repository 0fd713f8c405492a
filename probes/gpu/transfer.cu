// The kernels of probes that move data between GPUs and the host.

#include "probes/gpu/chase.cuh"
#include "probes/gpu/kernel.h"
#include "probes/gpu/pattern.h"

/// Holds up what is queued behind it until the host sets *latch, but not longer than that.
KERNEL(hold, (const unsigned* latch, unsigned* expired, unsigned long long limit_ns)) {
  const unsigned long long start = nanoseconds();
  while (load_fresh(latch) == 0) {
    if (nanoseconds() - start < limit_ns) continue;
    *expired = 1;
    break;
  }
}
TRAFFIC(hold, (const unsigned* latch, unsigned* expired, unsigned long long limit_ns)) {
  reads(latch, 1);
  writes(expired, 1);
  waits_for(latch, limit_ns);
}

/// Every 8 bytes hold what follows from their place and a seed.
KERNEL(fill_places, (ulonglong2 * a, unsigned long long seed, size_t n)) {
  for (size_t i : grid_stride(n)) {
    a[i] = make_ulonglong2(pattern_at(2 * i, seed), pattern_at(2 * i + 1, seed));
  }
}
TRAFFIC(fill_places, (ulonglong2 * a, unsigned long long, size_t n)) {
  by_elements(n);
  writes(a, n);
}

/// report[0] counts the words that differ from that, report[1] is the lowest place of one.
KERNEL(check_places,
       (const ulonglong2* a, unsigned long long seed, unsigned long long* report, size_t n)) {
  for (size_t i : grid_stride(n)) {
    const ulonglong2 found = a[i];
    if (found.x != pattern_at(2 * i, seed)) {
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(2 * i));
    }
    if (found.y != pattern_at(2 * i + 1, seed)) {
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(2 * i + 1));
    }
  }
}
TRAFFIC(check_places,
        (const ulonglong2* a, unsigned long long, unsigned long long* report, size_t n)) {
  by_elements(n);
  reads(a, n);
  reads(report, 2);
  writes(report, 2);
}

KERNEL(copy_places, (ulonglong2 * to, const ulonglong2* from, size_t n)) {
  for (size_t i : grid_stride(n)) to[i] = from[i];
}
TRAFFIC(copy_places, (ulonglong2 * to, const ulonglong2* from, size_t n)) {
  by_elements(n);
  reads(from, n);
  writes(to, n);
}
