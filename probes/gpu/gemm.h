#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/vendor/cublaslt.h"

namespace plumbline {

/// A type of number that GPUs multiply matrices of: D = A' * B, both with k contiguous ("TN"),
/// which every type and every GPU can.
struct Precision {
  const char* name;  ///< "bf16", in params and in words
  cublaslt::DataType a, b, d;
  cublaslt::Compute compute;
  cublaslt::DataType factors;  ///< of alpha and beta
  unsigned bits;               ///< of an element of A and of B
  unsigned result_bytes;       ///< of an element of D
  unsigned block;              ///< elements along k that share a scale; 0: none
  unsigned least_capability;   ///< 90 for sm_90: what older GPUs do not have
};

/// All of them. FP8 products need at least one matrix of e4m3, so in fp8_e5m2 it is B.
std::span<const Precision> precisions();

/// Bytes of the scales of A or B: one byte per block, in tiles of 128 columns x 4 blocks (cuBLAS,
/// "1D block scaling factors layout").
std::size_t scale_bytes(const Precision& precision, std::size_t edge);

/// Where in them the scale of a block lies.
std::size_t scale_place(std::size_t column, std::size_t block, std::size_t blocks_of_column);

/// Square matrices of one product, in a GPU's memory, not initialised.
class Operands {
 public:
  Operands(const cublaslt::Library& library, const cuda::Context& context,
           const Precision& precision, std::size_t edge);

  cuda::DeviceAddress a() const { return a_.address(); }
  cuda::DeviceAddress b() const { return b_.address(); }
  cuda::DeviceAddress d() const { return d_.address(); }
  /// Null where there are none.
  cuda::DeviceAddress a_scales() const { return a_scales_ ? a_scales_->address() : 0; }
  cuda::DeviceAddress b_scales() const { return b_scales_ ? b_scales_->address() : 0; }
  const cublaslt::Matmul& matmul() const { return matmul_; }

 private:
  cuda::DeviceMemory a_, b_, d_;
  std::optional<cuda::DeviceMemory> a_scales_, b_scales_;
  cublaslt::Matmul matmul_;
};

/// Products of square matrices on one GPU.
class Gemm {
 public:
  /// Workspace of every algorithm, as frameworks give it.
  static constexpr std::size_t workspace_bytes = std::size_t{64} << 20;

  Gemm(const cublaslt::Library& library, const cuda::Context& context, const Precision& precision,
       std::size_t edge);

  const Precision& precision() const { return precision_; }
  std::size_t edge() const { return edge_; }
  /// Multiplications and additions of one product.
  double operations() const;

  /// Algorithms that the library recommends, best first; at most `most`. None of them adds parts of
  /// a sum in an order that may change (no split-K, or one whose parts are added in a fixed way).
  /// Throws Skip where the library or the GPU does not multiply this type.
  std::vector<cublaslt::Algorithm> algorithms(const Operands& operands, std::size_t most) const;

  void queue(const cuda::Stream& stream, const cublaslt::Algorithm& algorithm,
             const Operands& operands) const;

  /// "algorithm 66, tile 20, stages 36"
  std::string describe(const cublaslt::Algorithm& algorithm) const;

 private:
  const cublaslt::Library& library_;
  const Precision& precision_;
  std::size_t edge_;
  cublaslt::Handle handle_;
  cublaslt::Layout input_a_, input_b_, output_;
  cuda::DeviceMemory workspace_;
};

}  // namespace plumbline
