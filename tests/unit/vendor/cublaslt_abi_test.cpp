// Compares what is declared by hand in probes/vendor/cublaslt_abi.h with the vendor's own header.

#include <cublasLt.h>
#include <gmock/gmock.h>

#include <cstddef>
#include <string>
#include <type_traits>

#include "probes/vendor/cublaslt.h"

namespace plumbline::cublaslt {
namespace {

/// Passed in the same way: integers and enumerations of one size, pointers of the same constness.
template <class Ours, class Theirs>
constexpr bool same_value() {
  if constexpr (std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>) {
    return std::is_const_v<std::remove_pointer_t<Ours>> ==
           std::is_const_v<std::remove_pointer_t<Theirs>>;
  } else {
    return !std::is_pointer_v<Ours> && !std::is_pointer_v<Theirs> && sizeof(Ours) == sizeof(Theirs);
  }
}

template <class Ours, class Theirs>
struct SameCall : std::false_type {};
template <class R1, class... A1, class R2, class... A2>
requires(sizeof...(A1) == sizeof...(A2)) struct SameCall<R1(A1...), R2(A2...)>
    : std::bool_constant<same_value<R1, R2>() && (same_value<A1, A2>() && ...)> {
};

#define COMPARE(member, theirs)                                                                \
  []() -> std::string {                                                                        \
    using Ours = decltype(Functions::member)::Signature;                                       \
    static_assert(SameCall<Ours, std::remove_pointer_t<decltype(&(theirs))>>::value, #theirs); \
    return #theirs;                                                                            \
  }()

#define SAME_NUMBER(ours, theirs) \
  static_assert(static_cast<long>(ours) == static_cast<long>(theirs), #theirs)

SAME_NUMBER(Status::success, CUBLAS_STATUS_SUCCESS);
SAME_NUMBER(Status::not_initialized, CUBLAS_STATUS_NOT_INITIALIZED);
SAME_NUMBER(Status::alloc_failed, CUBLAS_STATUS_ALLOC_FAILED);
SAME_NUMBER(Status::invalid_value, CUBLAS_STATUS_INVALID_VALUE);
SAME_NUMBER(Status::arch_mismatch, CUBLAS_STATUS_ARCH_MISMATCH);
SAME_NUMBER(Status::mapping_error, CUBLAS_STATUS_MAPPING_ERROR);
SAME_NUMBER(Status::execution_failed, CUBLAS_STATUS_EXECUTION_FAILED);
SAME_NUMBER(Status::internal_error, CUBLAS_STATUS_INTERNAL_ERROR);
SAME_NUMBER(Status::not_supported, CUBLAS_STATUS_NOT_SUPPORTED);
SAME_NUMBER(DataType::f32, CUDA_R_32F);
SAME_NUMBER(DataType::f64, CUDA_R_64F);
SAME_NUMBER(DataType::f16, CUDA_R_16F);
SAME_NUMBER(DataType::i8, CUDA_R_8I);
SAME_NUMBER(DataType::i32, CUDA_R_32I);
SAME_NUMBER(DataType::bf16, CUDA_R_16BF);
SAME_NUMBER(DataType::f8_e4m3, CUDA_R_8F_E4M3);
SAME_NUMBER(DataType::f8_e5m2, CUDA_R_8F_E5M2);
SAME_NUMBER(DataType::f4_e2m1, CUDA_R_4F_E2M1);
SAME_NUMBER(Compute::f32, CUBLAS_COMPUTE_32F);
SAME_NUMBER(Compute::f64, CUBLAS_COMPUTE_64F);
SAME_NUMBER(Compute::i32, CUBLAS_COMPUTE_32I);
SAME_NUMBER(Compute::f32_as_tf32, CUBLAS_COMPUTE_32F_FAST_TF32);
SAME_NUMBER(Transpose::no, CUBLAS_OP_N);
SAME_NUMBER(Transpose::yes, CUBLAS_OP_T);
SAME_NUMBER(MatmulAttribute::transpose_a, CUBLASLT_MATMUL_DESC_TRANSA);
SAME_NUMBER(MatmulAttribute::transpose_b, CUBLASLT_MATMUL_DESC_TRANSB);
SAME_NUMBER(MatmulAttribute::a_scale_pointer, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER);
SAME_NUMBER(MatmulAttribute::b_scale_pointer, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER);
SAME_NUMBER(MatmulAttribute::a_scale_mode, CUBLASLT_MATMUL_DESC_A_SCALE_MODE);
SAME_NUMBER(MatmulAttribute::b_scale_mode, CUBLASLT_MATMUL_DESC_B_SCALE_MODE);
SAME_NUMBER(ScaleMode::scalar_f32, CUBLASLT_MATMUL_MATRIX_SCALE_SCALAR_32F);
SAME_NUMBER(ScaleMode::block16_ue4m3, CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3);
SAME_NUMBER(ScaleMode::block32_ue8m0, CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0);
SAME_NUMBER(PreferenceAttribute::max_workspace_bytes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
SAME_NUMBER(PreferenceAttribute::reduction_scheme_mask, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK);
SAME_NUMBER(reduction_in_compute_type, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
SAME_NUMBER(AlgorithmAttribute::id, CUBLASLT_ALGO_CONFIG_ID);
SAME_NUMBER(AlgorithmAttribute::tile, CUBLASLT_ALGO_CONFIG_TILE_ID);
SAME_NUMBER(AlgorithmAttribute::split_k, CUBLASLT_ALGO_CONFIG_SPLITK_NUM);
SAME_NUMBER(AlgorithmAttribute::stages, CUBLASLT_ALGO_CONFIG_STAGES_ID);

static_assert(sizeof(Algorithm) == sizeof(cublasLtMatmulAlgo_t));
static_assert(alignof(Algorithm) == alignof(cublasLtMatmulAlgo_t));
static_assert(sizeof(Heuristic) == sizeof(cublasLtMatmulHeuristicResult_t));
static_assert(offsetof(Heuristic, workspace_bytes) ==
              offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
static_assert(offsetof(Heuristic, state) == offsetof(cublasLtMatmulHeuristicResult_t, state));
static_assert(offsetof(Heuristic, waves) == offsetof(cublasLtMatmulHeuristicResult_t, wavesCount));

TEST(CublasLtAbi, EveryFunctionIsCompared) {
  const std::vector<std::string> compared = {
      COMPARE(create, cublasLtCreate),
      COMPARE(destroy, cublasLtDestroy),
      COMPARE(matmul_create, cublasLtMatmulDescCreate),
      COMPARE(matmul_destroy, cublasLtMatmulDescDestroy),
      COMPARE(matmul_set, cublasLtMatmulDescSetAttribute),
      COMPARE(layout_create, cublasLtMatrixLayoutCreate),
      COMPARE(layout_destroy, cublasLtMatrixLayoutDestroy),
      COMPARE(preference_create, cublasLtMatmulPreferenceCreate),
      COMPARE(preference_destroy, cublasLtMatmulPreferenceDestroy),
      COMPARE(preference_set, cublasLtMatmulPreferenceSetAttribute),
      COMPARE(heuristics, cublasLtMatmulAlgoGetHeuristic),
      COMPARE(algorithm_get, cublasLtMatmulAlgoConfigGetAttribute),
      COMPARE(matmul, cublasLtMatmul),
  };
  const DynamicLibrary any("libc.so.6");
  const Symbols symbols(any);
  [[maybe_unused]] const Functions functions{symbols};
  EXPECT_THAT(compared, ::testing::UnorderedElementsAreArray(symbols.asked()));
}

}  // namespace
}  // namespace plumbline::cublaslt
