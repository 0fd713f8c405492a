#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "probes/gpu/gemm.h"

namespace plumbline::gpu_compute {

/// How random elements of a type are made (fill_matrix of gpu_compute.cu).
struct RandomFormat {
  unsigned element_bits = 0;
  unsigned exponent_bits = 0;  ///< 0: all bits are random
  unsigned mantissa_bits = 0;
  unsigned empty_bits = 0;    ///< of the mantissa, at its end: 13 of tf32
  unsigned top_exponent = 0;  ///< code of the highest binade
};

/// Numbers of both signs with full mantissas; for FP8 up to about half of the largest, for others
/// up to 1.
RandomFormat random_format(const Precision& precision, cublaslt::DataType type);

/// Scales from `lowest` to `lowest` + `span`, as codes.
struct ScaleFormat {
  unsigned lowest, span;
};
ScaleFormat scale_format(const Precision& precision);

/// Element number `place` of packed elements of a type.
double element(cublaslt::DataType type, std::span<const std::byte> data, std::size_t place);

/// A scale of a block: UE4M3 for blocks of 16, UE8M0 for blocks of 32.
double scale(unsigned block, std::uint8_t code);

/// An element of a product, computed on the host.
struct Expected {
  double value = 0;
  double tolerance = 0;  ///< how far a right result may be off, by rounding
};

/// A column of A or of B, with its scales one after the other (empty where there are none).
struct Column {
  std::span<const std::byte> elements;
  std::span<const std::uint8_t> scales;
};

/// The sum of products along k in FP64, and how far sums in the type's own arithmetic and the
/// rounding of the result may lead away from it.
Expected expected(const Precision& precision, std::size_t k, const Column& a, const Column& b);

}  // namespace plumbline::gpu_compute
