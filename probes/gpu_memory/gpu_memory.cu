// The kernels of the probe gpu_memory. Every array has n elements of 16 bytes.

#include "probes/gpu/chase.cuh"
#include "probes/gpu/kernel.h"
#include "probes/gpu/pattern.h"

/// A value that follows from its place. It is a small whole number, so that sums and products of
/// them are exact in float.
DEVICE float value_at(size_t place, unsigned seed) {
  const unsigned mixed = (static_cast<unsigned>(place) + seed) * 2654435761U;
  return static_cast<float>(mixed >> 26);
}

DEVICE float4 values_at(size_t i, unsigned seed) {
  return make_float4(value_at(4 * i, seed), value_at(4 * i + 1, seed), value_at(4 * i + 2, seed),
                     value_at(4 * i + 3, seed));
}

/// The sum over the block, valid in its first thread.
DEVICE unsigned long long block_sum(unsigned long long mine) {
  __shared__ unsigned long long of_warp[32];
  for (unsigned by = 16; by > 0; by /= 2) mine += __shfl_down_sync(0xffffffffU, mine, by);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = mine;
  __syncthreads();
  unsigned long long sum = 0;
  if (threadIdx.x == 0) {
    for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += of_warp[warp];
  }
  return sum;
}

// What is measured.

/// An element of each of two arrays.
struct Both {
  float4 b, c;
};

KERNEL(write, (float4 * a, unsigned seed, size_t n)) {
  for (size_t i : grid_stride(n)) a[i] = values_at(i, seed);
}
TRAFFIC(write, (float4 * a, unsigned, size_t n)) {
  by_elements(n);
  writes(a, n);
}

KERNEL(read, (const uint4* a, unsigned long long* sum_of_block, size_t n)) {
  unsigned long long sum = 0;
  const auto load = [&](size_t i) { return a[i]; };
  in_batches(n, load, [&](size_t, const uint4& words) {
    sum += words.x;
    sum += words.y;
    sum += words.z;
    sum += words.w;
  });
  const unsigned long long total = block_sum(sum);
  if (threadIdx.x == 0) sum_of_block[blockIdx.x] = total;
}
TRAFFIC(read, (const uint4* a, unsigned long long* sum_of_block, size_t n)) {
  reads(a, n);
  writes(sum_of_block, 1);
}

KERNEL(copy, (float4 * a, const float4* b, size_t n)) {
  const auto load = [&](size_t i) { return b[i]; };
  in_batches(n, load, [&](size_t i, const float4& value) { a[i] = value; });
}
TRAFFIC(copy, (float4 * a, const float4* b, size_t n)) {
  by_elements(n);
  reads(b, n);
  writes(a, n);
}

KERNEL(scale, (float4 * a, const float4* b, float s, size_t n)) {
  const auto load = [&](size_t i) { return b[i]; };
  in_batches(n, load, [&](size_t i, const float4& value) {
    a[i] = make_float4(s * value.x, s * value.y, s * value.z, s * value.w);
  });
}
TRAFFIC(scale, (float4 * a, const float4* b, float, size_t n)) {
  by_elements(n);
  reads(b, n);
  writes(a, n);
}

KERNEL(add, (float4 * a, const float4* b, const float4* c, size_t n)) {
  const auto load = [&](size_t i) { return Both{b[i], c[i]}; };
  in_batches(n, load, [&](size_t i, const Both& of) {
    const float4 l = of.b, r = of.c;
    a[i] = make_float4(l.x + r.x, l.y + r.y, l.z + r.z, l.w + r.w);
  });
}
TRAFFIC(add, (float4 * a, const float4* b, const float4* c, size_t n)) {
  by_elements(n);
  reads(b, n);
  reads(c, n);
  writes(a, n);
}

KERNEL(triad, (float4 * a, const float4* b, const float4* c, float s, size_t n)) {
  const auto load = [&](size_t i) { return Both{b[i], c[i]}; };
  in_batches(n, load, [&](size_t i, const Both& of) {
    const float4 l = of.b, r = of.c;
    a[i] = make_float4(l.x + s * r.x, l.y + s * r.y, l.z + s * r.z, l.w + s * r.w);
  });
}
TRAFFIC(triad, (float4 * a, const float4* b, const float4* c, float, size_t n)) {
  by_elements(n);
  reads(b, n);
  reads(c, n);
  writes(a, n);
}

KERNEL(dot, (const float4* b, const float4* c, unsigned long long* sum_of_block, size_t n)) {
  float4 sum = make_float4(0, 0, 0, 0);
  const auto load = [&](size_t i) { return Both{b[i], c[i]}; };
  in_batches(n, load, [&](size_t, const Both& of) {
    const float4 l = of.b, r = of.c;
    sum = make_float4(sum.x + l.x * r.x, sum.y + l.y * r.y, sum.z + l.z * r.z, sum.w + l.w * r.w);
  });
  const unsigned long long total =
      block_sum(static_cast<unsigned long long>(sum.x) + static_cast<unsigned long long>(sum.y) +
                static_cast<unsigned long long>(sum.z) + static_cast<unsigned long long>(sum.w));
  if (threadIdx.x == 0) sum_of_block[blockIdx.x] = total;
}
TRAFFIC(dot, (const float4* b, const float4* c, unsigned long long* sum_of_block, size_t n)) {
  reads(b, n);
  reads(c, n);
  writes(sum_of_block, 1);
}

// What verifies it: a = x * values(seed_b) + y * values(seed_c).

KERNEL(check, (const float4* a, unsigned seed_b, float x, unsigned seed_c, float y,
               unsigned long long* wrong, size_t n)) {
  unsigned long long differing = 0;
  for (size_t i : grid_stride(n)) {
    const float4 found = a[i], b = values_at(i, seed_b), c = values_at(i, seed_c);
    differing += found.x != x * b.x + y * c.x;
    differing += found.y != x * b.y + y * c.y;
    differing += found.z != x * b.z + y * c.z;
    differing += found.w != x * b.w + y * c.w;
  }
  if (differing != 0) atomicAdd(wrong, differing);
}
TRAFFIC(check,
        (const float4* a, unsigned, float, unsigned, float, unsigned long long* wrong, size_t n)) {
  reads(a, n);
  reads(wrong, 1);
  writes(wrong, 1);
}

/// What read finds in an array of values(seed), without any array.
KERNEL(expected_read, (unsigned seed, unsigned long long* sum_of_block, size_t n)) {
  unsigned long long sum = 0;
  for (size_t i : grid_stride(n)) {
    const float4 values = values_at(i, seed);
    sum += __float_as_uint(values.x);
    sum += __float_as_uint(values.y);
    sum += __float_as_uint(values.z);
    sum += __float_as_uint(values.w);
  }
  const unsigned long long total = block_sum(sum);
  if (threadIdx.x == 0) sum_of_block[blockIdx.x] = total;
}
TRAFFIC(expected_read, (unsigned, unsigned long long* sum_of_block, size_t)) {
  writes(sum_of_block, 1);
}

/// What dot finds in arrays of values(seed_b) and values(seed_c), without any array.
KERNEL(expected_dot,
       (unsigned seed_b, unsigned seed_c, unsigned long long* sum_of_block, size_t n)) {
  unsigned long long sum = 0;
  for (size_t i : grid_stride(n)) {
    const float4 b = values_at(i, seed_b), c = values_at(i, seed_c);
    sum += static_cast<unsigned long long>(b.x * c.x + b.y * c.y + b.z * c.z + b.w * c.w);
  }
  const unsigned long long total = block_sum(sum);
  if (threadIdx.x == 0) sum_of_block[blockIdx.x] = total;
}
TRAFFIC(expected_dot, (unsigned, unsigned, unsigned long long* sum_of_block, size_t)) {
  writes(sum_of_block, 1);
}

// Pattern test: every 8 bytes hold what follows from their place, then its complement.

KERNEL(fill_pattern, (ulonglong2 * a, unsigned long long seed, unsigned long long flip, size_t n)) {
  for (size_t i : grid_stride(n)) {
    a[i] = make_ulonglong2(pattern_at(2 * i, seed) ^ flip, pattern_at(2 * i + 1, seed) ^ flip);
  }
}
TRAFFIC(fill_pattern, (ulonglong2 * a, unsigned long long, unsigned long long, size_t n)) {
  by_elements(n);
  writes(a, n);
}

/// report[0] counts the words that differ, report[1] is the lowest place of one.
KERNEL(check_pattern, (const ulonglong2* a, unsigned long long seed, unsigned long long flip,
                       unsigned long long* report, size_t n)) {
  for (size_t i : grid_stride(n)) {
    const ulonglong2 found = a[i];
    if (found.x != (pattern_at(2 * i, seed) ^ flip)) {
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(2 * i));
    }
    if (found.y != (pattern_at(2 * i + 1, seed) ^ flip)) {
      atomicAdd(report, 1ULL);
      atomicMin(report + 1, static_cast<unsigned long long>(2 * i + 1));
    }
  }
}
TRAFFIC(check_pattern, (const ulonglong2* a, unsigned long long, unsigned long long,
                        unsigned long long* report, size_t n)) {
  by_elements(n);
  reads(a, n);
  reads(report, 2);
  writes(report, 2);
}
