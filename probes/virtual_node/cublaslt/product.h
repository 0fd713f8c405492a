#pragma once

#include <library_types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/virtual_node/machine.h"

namespace plumbline::virtual_node {

/// A matrix in memory: columns of `rows` elements, one after the other.
struct MatrixData {
  cudaDataType type;
  const std::byte* data = nullptr;
  std::size_t rows = 0, columns = 0;
  /// Of block-scaled types: one scale for `block` elements of a column, in the layout that cuBLAS
  /// documents for them.
  const std::uint8_t* scales = nullptr;
  std::size_t block = 0;
};

std::size_t bits_of(cudaDataType type);

/// Bytes of the scales of a matrix with columns of `rows`.
std::size_t scale_bytes(std::size_t rows, std::size_t columns, std::size_t block);

/// D = alpha * A' * B where visited rows and columns meet (simt/windows.h): really computed, from
/// what A and B hold there, sums in the type that the library sums in.
struct Product {
  MatrixData a, b;
  cudaDataType d_type;
  std::byte* d = nullptr;
  double alpha = 1;
  unsigned split_k = 1;          ///< summed in so many parts
  std::optional<GemmFlip> flip;  ///< what the multiplier does wrong

  void compute() const;
};

}  // namespace plumbline::virtual_node
