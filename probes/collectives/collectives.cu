// The kernels of the probe collectives: what ranks send, and whether it arrived.

#include "probes/gpu/kernel.h"
#include "probes/gpu/pieces.h"

KERNEL(fill_piece, (float* a, unsigned seed, size_t n)) {
  for (size_t i : grid_stride(n)) a[i] = piece_value(i, seed);
}
TRAFFIC(fill_piece, (float* a, unsigned, size_t n)) {
  by_elements(n);
  writes(a, n);
}

/// Each element must be the sum of those that `ranks` ranks sent, with seeds `step` apart.
/// report[0] counts those that are not, report[1] is the lowest place of one.
KERNEL(check_sum_of_pieces, (const float* a, unsigned seed, unsigned step, unsigned ranks,
                             unsigned long long* report, size_t n)) {
  for (size_t i : grid_stride(n)) {
    float expected = 0;
    for (unsigned rank = 0; rank < ranks; ++rank) expected += piece_value(i, seed + rank * step);
    if (a[i] != expected) {
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(i));
    }
  }
}
TRAFFIC(check_sum_of_pieces,
        (const float* a, unsigned, unsigned, unsigned, unsigned long long* report, size_t n)) {
  by_elements(n);
  reads(a, n);
  reads(report, 2);
  writes(report, 2);
}
