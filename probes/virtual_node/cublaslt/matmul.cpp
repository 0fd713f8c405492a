#include "probes/virtual_node/cublaslt/matmul.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "probes/virtual_node/cublaslt/product.h"

namespace plumbline::virtual_node {
namespace {

constexpr std::uint64_t algorithm_mark = 0x706c756d62ULL;  // in the algorithms of this library
constexpr std::size_t alignment = 16;

/// How fast the algorithms are, and how they are described.
struct KnownAlgorithm {
  double speed;
  std::int32_t tile, stages;
  std::uint32_t split_k;
  std::size_t workspace_bytes;
};
constexpr std::array<KnownAlgorithm, 8> known_algorithms = {{
    {0.962, 20, 36, 1, 0},
    {0.931, 21, 36, 1, 0},
    {1.000, 23, 36, 1, std::size_t{32} << 20},
    {0.984, 22, 35, 1, std::size_t{32} << 20},
    {0.903, 18, 35, 2, std::size_t{48} << 20},
    {0.857, 16, 31, 1, 0},
    {0.801, 15, 31, 1, 0},
    {0.744, 12, 30, 1, 0},
}};

[[noreturn]] void not_supported(const std::string& why) {
  throw CublasFailed(CUBLAS_STATUS_NOT_SUPPORTED, why);
}
[[noreturn]] void invalid(const std::string& why) {
  throw CublasFailed(CUBLAS_STATUS_INVALID_VALUE, why);
}

struct KnownType {
  const char* name;
  cudaDataType a, b;
  std::vector<cudaDataType> d;
  cublasComputeType_t compute;
  cudaDataType scale;
  int scale_mode;
};

const std::vector<KnownType>& known_types() {
  constexpr int scalar = CUBLASLT_MATMUL_MATRIX_SCALE_SCALAR_32F;
  static const std::vector<KnownType> types = {
      {"fp64", CUDA_R_64F, CUDA_R_64F, {CUDA_R_64F}, CUBLAS_COMPUTE_64F, CUDA_R_64F, scalar},
      {"fp32", CUDA_R_32F, CUDA_R_32F, {CUDA_R_32F}, CUBLAS_COMPUTE_32F, CUDA_R_32F, scalar},
      {"tf32",
       CUDA_R_32F,
       CUDA_R_32F,
       {CUDA_R_32F},
       CUBLAS_COMPUTE_32F_FAST_TF32,
       CUDA_R_32F,
       scalar},
      {"bf16",
       CUDA_R_16BF,
       CUDA_R_16BF,
       {CUDA_R_16BF, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       scalar},
      {"fp16",
       CUDA_R_16F,
       CUDA_R_16F,
       {CUDA_R_16F, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       scalar},
      {"fp8_e4m3",
       CUDA_R_8F_E4M3,
       CUDA_R_8F_E4M3,
       {CUDA_R_16BF, CUDA_R_16F, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       scalar},
      {"fp8_e5m2",
       CUDA_R_8F_E5M2,
       CUDA_R_8F_E4M3,
       {CUDA_R_16BF, CUDA_R_16F, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       scalar},
      {"int8", CUDA_R_8I, CUDA_R_8I, {CUDA_R_32I}, CUBLAS_COMPUTE_32I, CUDA_R_32I, scalar},
      {"mxfp8",
       CUDA_R_8F_E4M3,
       CUDA_R_8F_E4M3,
       {CUDA_R_16BF, CUDA_R_16F, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0},
      {"nvfp4",
       CUDA_R_4F_E2M1,
       CUDA_R_4F_E2M1,
       {CUDA_R_16BF, CUDA_R_16F, CUDA_R_32F},
       CUBLAS_COMPUTE_32F,
       CUDA_R_32F,
       CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3},
  };
  return types;
}

std::size_t block_of(int scale_mode) {
  if (scale_mode == CUBLASLT_MATMUL_MATRIX_SCALE_VEC16_UE4M3) return 16;
  return scale_mode == CUBLASLT_MATMUL_MATRIX_SCALE_VEC32_UE8M0 ? 32 : 0;
}

/// A matrix whose columns begin where the units of the GPU want them.
void check_layout(const MatrixLayout& layout, const char* name) {
  const std::size_t column_bits = static_cast<std::size_t>(layout.leading) * bits_of(layout.type);
  if (layout.leading != static_cast<std::int64_t>(layout.rows)) {
    not_supported(std::string(name) + ": gaps between columns are not modelled");
  }
  if (column_bits % (8 * alignment) != 0) {
    not_supported(std::string(name) + ": a column is no multiple of 16 bytes");
  }
}

void check_shapes(const MatmulCall& call) {
  const Attributes& attributes = call.matmul.attributes;
  if (attributes.get<std::int32_t>(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_N) != CUBLAS_OP_T ||
      attributes.get<std::int32_t>(CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N) != CUBLAS_OP_N) {
    not_supported("only A transposed and B not (TN) is modelled, as some types demand it");
  }
  if (call.a.rows != call.b.rows || call.d.rows != call.a.columns ||
      call.d.columns != call.b.columns || call.c.rows != call.d.rows ||
      call.c.columns != call.d.columns || call.c.type != call.d.type) {
    invalid("the shapes of A, B, C and D do not fit");
  }
  check_layout(call.a, "A");
  check_layout(call.b, "B");
  check_layout(call.c, "C");
  check_layout(call.d, "D");
}

/// A number as the description says it is passed.
double factor(const void* from, cudaDataType type) {
  if (from == nullptr) invalid("alpha and beta must be given");
  if (type == CUDA_R_64F) return *static_cast<const double*>(from);
  if (type == CUDA_R_32I) return *static_cast<const std::int32_t*>(from);
  return static_cast<double>(*static_cast<const float*>(from));
}

std::size_t bytes_of(const MatrixLayout& layout) {
  return layout.rows * layout.columns * bits_of(layout.type) / 8;
}

MatrixData data_of(const MatrixLayout& layout, const void* data, const void* scales,
                   std::size_t block) {
  return {layout.type,    static_cast<const std::byte*>(data),      layout.rows,
          layout.columns, static_cast<const std::uint8_t*>(scales), block};
}

}  // namespace

std::string type_of(const CublasLt& library, const MatmulCall& call) {
  const Attributes& attributes = call.matmul.attributes;
  const auto a_mode = attributes.get<std::int32_t>(CUBLASLT_MATMUL_DESC_A_SCALE_MODE, 0);
  const auto b_mode = attributes.get<std::int32_t>(CUBLASLT_MATMUL_DESC_B_SCALE_MODE, 0);
  for (const KnownType& type : known_types()) {
    if (type.a != call.a.type || type.b != call.b.type || type.compute != call.matmul.compute ||
        type.scale != call.matmul.scale || type.scale_mode != a_mode || a_mode != b_mode ||
        std::find(type.d.begin(), type.d.end(), call.d.type) == type.d.end()) {
      continue;
    }
    if (!library.machine.gemm.contains(type.name)) {
      not_supported("these GPUs do not multiply " + std::string(type.name));
    }
    return type.name;
  }
  not_supported("cuBLASLt multiplies no such combination of types, compute type and scales");
}

std::vector<cublasLtMatmulHeuristicResult_t> candidates(const CublasLt& library,
                                                        const MatmulCall& call,
                                                        const MatmulPreference& preference) {
  type_of(library, call);
  check_shapes(call);
  const auto most =
      preference.attributes.get<std::uint64_t>(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, 0);
  const auto reductions = preference.attributes.get<std::uint32_t>(
      CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, CUBLASLT_REDUCTION_SCHEME_MASK);
  std::vector<cublasLtMatmulHeuristicResult_t> found;
  for (std::size_t i = 0; i < known_algorithms.size(); ++i) {
    const KnownAlgorithm& known = known_algorithms[i];
    if (known.workspace_bytes > most) continue;
    if (known.split_k > 1 && (reductions & CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE) == 0) continue;
    cublasLtMatmulHeuristicResult_t result{};
    result.algo.data[0] = algorithm_mark;
    result.algo.data[1] = i;
    result.workspaceSize = known.workspace_bytes;
    result.state = CUBLAS_STATUS_SUCCESS;
    result.wavesCount = 1;
    found.push_back(result);
  }
  return found;
}

std::int32_t configuration(const cublasLtMatmulAlgo_t& algorithm,
                           cublasLtMatmulAlgoConfigAttributes_t attribute) {
  if (algorithm.data[0] != algorithm_mark) invalid("the algorithm is none of this library");
  const KnownAlgorithm& known = known_algorithms.at(algorithm.data[1]);
  switch (attribute) {
    case CUBLASLT_ALGO_CONFIG_ID:
      return known.split_k > 1 ? 24 : 66;
    case CUBLASLT_ALGO_CONFIG_TILE_ID:
      return known.tile;
    case CUBLASLT_ALGO_CONFIG_STAGES_ID:
      return known.stages;
    case CUBLASLT_ALGO_CONFIG_SPLITK_NUM:
      return static_cast<std::int32_t>(known.split_k);
    default:
      not_supported("this attribute of an algorithm is not modelled");
  }
}

void queue_matmul(CublasLt& library, const MatmulCall& call, const MatmulArguments& arguments) {
  const std::string type = type_of(library, call);
  check_shapes(call);
  if (arguments.algorithm == nullptr || arguments.algorithm->data[0] != algorithm_mark) {
    invalid("the algorithm is none of cublasLtMatmulAlgoGetHeuristic");
  }
  const KnownAlgorithm& algorithm = known_algorithms.at(arguments.algorithm->data[1]);
  if (arguments.workspace_bytes < algorithm.workspace_bytes ||
      (algorithm.workspace_bytes != 0 && arguments.workspace == nullptr)) {
    invalid("the algorithm needs " + std::to_string(algorithm.workspace_bytes) +
            " bytes of workspace");
  }
  for (const void* pointer :
       {arguments.a, arguments.b, arguments.c, static_cast<const void*>(arguments.d),
        static_cast<const void*>(arguments.workspace)}) {
    if (reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
      invalid("a matrix, or the workspace, does not begin at a multiple of 16 bytes");
    }
  }
  if (factor(arguments.beta, call.matmul.scale) != 0) not_supported("beta other than 0");

  const Attributes& attributes = call.matmul.attributes;
  const std::size_t block =
      block_of(attributes.get<std::int32_t>(CUBLASLT_MATMUL_DESC_A_SCALE_MODE, 0));
  const void* none = nullptr;
  const void* a_scales = attributes.get(CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, none);
  const void* b_scales = attributes.get(CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, none);
  if (block != 0 && (a_scales == nullptr || b_scales == nullptr)) {
    invalid("block-scaled types need the scales of A and of B in device memory");
  }
  if (block == 0 && (a_scales != nullptr || b_scales != nullptr)) {
    not_supported("scales of a whole matrix");
  }

  const int gpu = library.cuda.gpu_of(arguments.stream);
  if (gpu < 0) invalid("the stream is none of the context that is current");
  const plumbline::virtual_node::Gpu& described =
      library.machine.gpus[static_cast<std::size_t>(gpu)];
  const std::uint64_t number = library.calls[gpu]++;

  auto product = std::make_unique<Product>();
  product->a = data_of(call.a, arguments.a, a_scales, block);
  product->b = data_of(call.b, arguments.b, b_scales, block);
  product->d_type = call.d.type;
  product->d = static_cast<std::byte*>(arguments.d);
  product->alpha = factor(arguments.alpha, call.matmul.scale);
  product->split_k = algorithm.split_k;
  if (described.gemm_flip && number >= described.gemm_flip->from_call) {
    product->flip = described.gemm_flip;
  }

  std::vector<Access> accesses = {
      {arguments.a, bytes_of(call.a), alignment, false},
      {arguments.b, bytes_of(call.b), alignment, false},
      {arguments.d, bytes_of(call.d), alignment, true},
  };
  if (block != 0) {
    accesses.push_back(
        {a_scales, scale_bytes(call.a.rows, call.a.columns, block), alignment, false});
    accesses.push_back(
        {b_scales, scale_bytes(call.b.rows, call.b.columns, block), alignment, false});
  }
  const GemmRate& rate = library.machine.gemm.at(type);
  const double operations = 2.0 * static_cast<double>(call.d.rows) *
                            static_cast<double>(call.d.columns) * static_cast<double>(call.a.rows);
  std::ostringstream key;
  key << type << ' ' << product->split_k << ' ' << product->flip.has_value() << ' ' << call.a.rows
      << ' ' << call.a.columns << ' ' << call.b.columns << ' ' << call.d.type << ' '
      << product->alpha << ' ' << arguments.a << ' ' << arguments.b << ' ' << arguments.d << ' '
      << a_scales << ' ' << b_scales;
  const std::string text = key.str();

  QueuedWork work{};
  work.name = "cublasLtMatmul";
  work.accesses = accesses.data();
  work.access_count = accesses.size();
  work.compute_seconds =
      operations / (rate.tflops * 1e12 * algorithm.speed * described.compute_rate);
  work.core_watts = rate.watts * algorithm.speed;
  work.key = text.data();
  work.key_bytes = text.size();
  work.act = [](void* data) { static_cast<Product*>(data)->compute(); };
  work.drop = [](void* data) { delete static_cast<Product*>(data); };
  work.data = product.release();
  if (library.cuda.queue_work(arguments.stream, &work) != 0) {
    throw CublasFailed(CUBLAS_STATUS_EXECUTION_FAILED, "the driver does not take the work");
  }
}

}  // namespace plumbline::virtual_node
