// What a GPU writes to the memory of all GPUs at once, and what it reads of all of them as one.

#include "probes/gpu/kernel.h"
#include "probes/gpu/pieces.h"

KERNEL(multicast_places, (ulonglong2 * to, const ulonglong2* from, size_t n)) {
  for (size_t i : grid_stride(n)) multicast_store(to + i, from[i]);
}
TRAFFIC(multicast_places, (ulonglong2 * to, const ulonglong2* from, size_t n)) {
  by_elements(n);
  reads(from, n);
  multicast_writes(to, n);
}

/// Every float holds a whole number that follows from its place and the rank of its GPU.
KERNEL(fill_numbers, (float4 * a, unsigned seed, size_t n)) {
  for (size_t i : grid_stride(n)) {
    a[i] = make_float4(piece_value(4 * i, seed), piece_value(4 * i + 1, seed),
                       piece_value(4 * i + 2, seed), piece_value(4 * i + 3, seed));
  }
}
TRAFFIC(fill_numbers, (float4 * a, unsigned, size_t n)) {
  by_elements(n);
  writes(a, n);
}

KERNEL(sum_numbers, (float4 * to, const float4* from, size_t n)) {
  for (size_t i : grid_stride(n)) to[i] = multicast_sum(from + i);
}
TRAFFIC(sum_numbers, (float4 * to, const float4* from, size_t n)) {
  by_elements(n);
  multicast_reads(from, n);
  writes(to, n);
}

/// report[0] counts the floats that differ from the sum of the numbers of ranks 0 to ranks - 1,
/// report[1] is the lowest place of one.
KERNEL(check_sums,
       (const float4* a, unsigned ranks, unsigned piece, unsigned long long* report, size_t n)) {
  for (size_t i : grid_stride(n)) {
    const float4 found = a[i];
    const float of_place[4] = {found.x, found.y, found.z, found.w};
    for (unsigned k = 0; k < 4; ++k) {
      const size_t place = 4 * i + k;
      float expected = 0;
      for (unsigned rank = 0; rank < ranks; ++rank) {
        expected += piece_value(place, piece_seed(rank, piece));
      }
      // Bit by bit: what was never written may be no number.
      if (__float_as_uint(of_place[k]) == __float_as_uint(expected)) continue;
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(place));
    }
  }
}
TRAFFIC(check_sums, (const float4* a, unsigned, unsigned, unsigned long long* report, size_t n)) {
  by_elements(n);
  reads(a, n);
  reads(report, 2);
  writes(report, 2);
}
