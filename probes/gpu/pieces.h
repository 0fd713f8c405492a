#pragma once

// What ranks send, for the device and for the host: whole numbers from 1 to 64, so that the sum of
// those of many ranks is exact in float, whatever its order, and memory that was never written is
// found out.

#include <stddef.h>

#ifdef __CUDACC__
#define PIECE_FUNCTION static __device__ __forceinline__
#else
#define PIECE_FUNCTION inline
#endif

/// Names what a rank sends as one piece: each has numbers of its own.
PIECE_FUNCTION unsigned piece_seed(unsigned rank, unsigned piece) {
  return rank * 7919U + piece * 104729U;
}

PIECE_FUNCTION float piece_value(size_t place, unsigned seed) {
  const unsigned mixed = (static_cast<unsigned>(place) + seed) * 2654435761U;
  return static_cast<float>((mixed >> 26) + 1);
}
