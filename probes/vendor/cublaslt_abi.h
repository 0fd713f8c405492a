#pragma once

#include <cstddef>
#include <cstdint>

/// The part of cuBLASLt that the probes use, declared here, so that they build without a toolkit.
/// tests/unit/vendor/cublaslt_abi_test.cpp compares every line with the vendor's header.
namespace plumbline::cublaslt {

/// cublasStatus_t
enum class Status : int {
  success = 0,
  not_initialized = 1,
  alloc_failed = 3,
  invalid_value = 7,
  arch_mismatch = 8,
  mapping_error = 11,
  execution_failed = 13,
  internal_error = 14,
  not_supported = 15,
};

/// cudaDataType_t
enum class DataType : int {
  f32 = 0,
  f64 = 1,
  f16 = 2,
  i8 = 3,
  i32 = 10,
  bf16 = 14,
  f8_e4m3 = 28,
  f8_e5m2 = 29,
  f4_e2m1 = 33,
};

/// cublasComputeType_t
enum class Compute : int { f32 = 68, f64 = 70, i32 = 72, f32_as_tf32 = 77 };

/// cublasOperation_t
enum class Transpose : int { no = 0, yes = 1 };

/// cublasLtMatmulDescAttributes_t
enum class MatmulAttribute : int {
  transpose_a = 3,
  transpose_b = 4,
  a_scale_pointer = 17,
  b_scale_pointer = 18,
  a_scale_mode = 31,
  b_scale_mode = 32,
};

/// cublasLtMatmulMatrixScale_t
enum class ScaleMode : int {
  scalar_f32 = 0,     ///< one number for the matrix; 1 without a pointer
  block16_ue4m3 = 1,  ///< one for 16 elements along k: NVFP4
  block32_ue8m0 = 2,  ///< one for 32: MXFP8
};

/// cublasLtMatmulPreferenceAttributes_t
enum class PreferenceAttribute : int { max_workspace_bytes = 1, reduction_scheme_mask = 3 };

/// cublasLtReductionScheme_t, of which a mask is made
inline constexpr std::uint32_t reduction_in_compute_type = 2;

/// cublasLtMatmulAlgoConfigAttributes_t
enum class AlgorithmAttribute : int { id = 0, tile = 1, split_k = 2, stages = 6 };

using LibraryHandle = struct Library_*;        ///< cublasLtHandle_t
using MatmulHandle = struct Matmul_*;          ///< cublasLtMatmulDesc_t
using LayoutHandle = struct Layout_*;          ///< cublasLtMatrixLayout_t
using PreferenceHandle = struct Preference_*;  ///< cublasLtMatmulPreference_t

/// cublasLtMatmulAlgo_t
struct Algorithm {
  std::uint64_t data[8];
};

/// cublasLtMatmulHeuristicResult_t
struct Heuristic {
  Algorithm algorithm;
  std::size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

}  // namespace plumbline::cublaslt
