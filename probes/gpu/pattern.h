#pragma once

// Included by the device code too.

#ifdef __CUDACC__
#define PATTERN_FUNCTION static __device__ __forceinline__
#else
#define PATTERN_FUNCTION inline
#endif

/// What the 8-byte word number `place` holds in a pattern test: splitmix64 of seed and place, so
/// that a word that landed elsewhere is found too.
PATTERN_FUNCTION unsigned long long pattern_at(unsigned long long place, unsigned long long seed) {
  unsigned long long z = seed ^ (place * 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}
