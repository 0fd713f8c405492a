// The kernels of the probe gpu_compute: what fills matrices and looks at their products.

#include "probes/gpu/kernel.h"

/// splitmix64: 64 bits that look random and follow from place and seed.
DEVICE unsigned long long mixed(unsigned long long place, unsigned long long seed) {
  unsigned long long z = seed ^ (place * 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// A number of either sign as a floating-point code of its type: its mantissa is full, its exponent
/// as that of numbers spread evenly up to 2^(top_exponent + 1 - bias).
DEVICE unsigned long long random_code(unsigned long long random, unsigned exponent_bits,
                                      unsigned mantissa_bits, unsigned empty_bits,
                                      unsigned top_exponent) {
  const unsigned long long mantissa = (random & ((1ULL << mantissa_bits) - 1)) >> empty_bits
                                                                                      << empty_bits;
  const unsigned tosses = static_cast<unsigned>(mixed(random, 1));
  unsigned down = 0;
  while (down + 1 < top_exponent && down < 24 && ((tosses >> down) & 1U) != 0) ++down;
  const unsigned long long exponent = top_exponent - down;
  const unsigned long long sign = (tosses >> 31) & 1U;
  return (sign << (exponent_bits + mantissa_bits)) | (exponent << mantissa_bits) | mantissa;
}

/// 64 bits of a matrix: as many elements as fit. Without exponent_bits all bits are random.
DEVICE unsigned long long random_word(size_t place, unsigned long long seed, unsigned element_bits,
                                      unsigned exponent_bits, unsigned mantissa_bits,
                                      unsigned empty_bits, unsigned top_exponent) {
  if (exponent_bits == 0) return mixed(place, seed);
  const unsigned per_word = 64 / element_bits;
  unsigned long long word = 0;
  for (unsigned i = 0; i < per_word; ++i) {
    const unsigned long long random = mixed(place * per_word + i, seed);
    word |= random_code(random, exponent_bits, mantissa_bits, empty_bits, top_exponent)
            << (i * element_bits);
  }
  return word;
}

/// Fills a matrix whose columns have `pieces` times 16 bytes with random elements of a type.
KERNEL(fill_matrix, (ulonglong2 * to, unsigned long long seed, unsigned element_bits,
                     unsigned exponent_bits, unsigned mantissa_bits, unsigned empty_bits,
                     unsigned top_exponent, size_t pieces, size_t columns)) {
  for (size_t i : column_stride(pieces, columns)) {
    to[i] = make_ulonglong2(random_word(2 * i, seed, element_bits, exponent_bits, mantissa_bits,
                                        empty_bits, top_exponent),
                            random_word(2 * i + 1, seed, element_bits, exponent_bits, mantissa_bits,
                                        empty_bits, top_exponent));
  }
}
TRAFFIC(fill_matrix, (ulonglong2 * to, unsigned long long, unsigned, unsigned, unsigned, unsigned,
                      unsigned, size_t pieces, size_t columns)) {
  by_columns(pieces, columns);
  writes(to, pieces * columns);
}

/// Fills n times 16 bytes with scales from `lowest` to `lowest` + `span`, a power of two minus one.
KERNEL(fill_scales,
       (ulonglong2 * to, unsigned long long seed, unsigned lowest, unsigned span, size_t n)) {
  const unsigned long long ones = 0x0101010101010101ULL;
  for (size_t i : grid_stride(n)) {
    to[i] = make_ulonglong2((mixed(2 * i, seed) & (ones * span)) + ones * lowest,
                            (mixed(2 * i + 1, seed) & (ones * span)) + ones * lowest);
  }
}
TRAFFIC(fill_scales, (ulonglong2 * to, unsigned long long, unsigned, unsigned, size_t n)) {
  by_elements(n);
  writes(to, n);
}

/// Adds to 32 sums what follows from every 8 bytes of a matrix and their place: two matrices that
/// differ anywhere have other sums, in whatever order they are added up.
KERNEL(hash_matrix,
       (const ulonglong2* from, unsigned long long* sums, size_t pieces, size_t columns)) {
  unsigned long long sum = 0;
  for (size_t i : column_stride(pieces, columns)) {
    const ulonglong2 words = from[i];
    sum += mixed(2 * i, words.x) + mixed(2 * i + 1, words.y);
  }
  if (sum != 0) atomicAdd(sums + threadIdx.x % 32, sum);
}
TRAFFIC(hash_matrix,
        (const ulonglong2* from, unsigned long long* sums, size_t pieces, size_t columns)) {
  by_columns(pieces, columns);
  reads(from, pieces * columns);
  reads(sums, 32);
  writes(sums, 32);
}

/// Draws 64 elements of a matrix at random: for each of 64 lots the element with the lowest number
/// among those whose number belongs to it. The lower half of a lot is the element's place.
KERNEL(draw_elements,
       (unsigned long long* lots, unsigned long long seed, size_t rows, size_t columns)) {
  for (size_t i : product_stride(rows, columns)) {
    const unsigned long long number = mixed(i, seed);
    unsigned long long* lot = lots + (number & 63U);
    const unsigned long long drawn = (number & 0xffffffff00000000ULL) | i;
    if (drawn < *lot) atomicMin(lot, drawn);
  }
}
TRAFFIC(draw_elements,
        (unsigned long long* lots, unsigned long long, size_t rows, size_t columns)) {
  by_products(rows, columns);
  reads(lots, 64);
  writes(lots, 64);
}
