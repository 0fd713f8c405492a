#include "probes/gpu/gemm.h"

#include <fmt/format.h>

#include <array>

#include "probes/harness/skip.h"

namespace plumbline {
namespace {

using cublaslt::Compute;
using cublaslt::DataType;
using cublaslt::MatmulAttribute;
using cublaslt::ScaleMode;
using cublaslt::Status;

constexpr std::array all_precisions = {
    Precision{"fp64", DataType::f64, DataType::f64, DataType::f64, Compute::f64, DataType::f64, 64,
              8, 0, 80},
    Precision{"fp32", DataType::f32, DataType::f32, DataType::f32, Compute::f32, DataType::f32, 32,
              4, 0, 80},
    Precision{"tf32", DataType::f32, DataType::f32, DataType::f32, Compute::f32_as_tf32,
              DataType::f32, 32, 4, 0, 80},
    Precision{"bf16", DataType::bf16, DataType::bf16, DataType::bf16, Compute::f32, DataType::f32,
              16, 2, 0, 80},
    Precision{"fp16", DataType::f16, DataType::f16, DataType::f16, Compute::f32, DataType::f32, 16,
              2, 0, 80},
    Precision{"int8", DataType::i8, DataType::i8, DataType::i32, Compute::i32, DataType::i32, 8, 4,
              0, 80},
    Precision{"fp8_e4m3", DataType::f8_e4m3, DataType::f8_e4m3, DataType::bf16, Compute::f32,
              DataType::f32, 8, 2, 0, 89},
    Precision{"fp8_e5m2", DataType::f8_e5m2, DataType::f8_e4m3, DataType::bf16, Compute::f32,
              DataType::f32, 8, 2, 0, 89},
    Precision{"mxfp8", DataType::f8_e4m3, DataType::f8_e4m3, DataType::bf16, Compute::f32,
              DataType::f32, 8, 2, 32, 100},
    Precision{"nvfp4", DataType::f4_e2m1, DataType::f4_e2m1, DataType::bf16, Compute::f32,
              DataType::f32, 4, 2, 16, 100},
};

ScaleMode scale_mode(const Precision& precision) {
  return precision.block == 16 ? ScaleMode::block16_ue4m3 : ScaleMode::block32_ue8m0;
}

/// Alpha or beta as the library wants it: a double, an int or a float.
union Factor {
  double f64;
  std::int32_t i32;
  float f32;
};

Factor factor(const Precision& precision, int value) {
  Factor factor{};
  if (precision.factors == DataType::f64) {
    factor.f64 = value;
  } else if (precision.factors == DataType::i32) {
    factor.i32 = value;
  } else {
    factor.f32 = static_cast<float>(value);
  }
  return factor;
}

}  // namespace

std::span<const Precision> precisions() { return all_precisions; }

std::size_t scale_bytes(const Precision& precision, std::size_t edge) {
  if (precision.block == 0) return 0;
  const std::size_t blocks = (edge + precision.block - 1) / precision.block;
  return (blocks + 3) / 4 * 4 * ((edge + 127) / 128 * 128);
}

std::size_t scale_place(std::size_t column, std::size_t block, std::size_t blocks_of_column) {
  const std::size_t tile = column / 128 * ((blocks_of_column + 3) / 4) + block / 4;
  return tile * 512 + column % 32 * 16 + column / 32 % 4 * 4 + block % 4;
}

Operands::Operands(const cublaslt::Library& library, const cuda::Context& context,
                   const Precision& precision, std::size_t edge)
    : a_(context, edge * edge * precision.bits / 8),
      b_(context, edge * edge * precision.bits / 8),
      d_(context, edge * edge * precision.result_bytes),
      matmul_(library, precision.compute, precision.factors) {
  matmul_.set(MatmulAttribute::transpose_a, cublaslt::Transpose::yes);
  matmul_.set(MatmulAttribute::transpose_b, cublaslt::Transpose::no);
  if (precision.block == 0) return;
  a_scales_.emplace(context, scale_bytes(precision, edge));
  b_scales_.emplace(context, scale_bytes(precision, edge));
  matmul_.set(MatmulAttribute::a_scale_mode, scale_mode(precision));
  matmul_.set(MatmulAttribute::b_scale_mode, scale_mode(precision));
  matmul_.set(MatmulAttribute::a_scale_pointer, a_scales_->address());
  matmul_.set(MatmulAttribute::b_scale_pointer, b_scales_->address());
}

Gemm::Gemm(const cublaslt::Library& library, const cuda::Context& context,
           const Precision& precision, std::size_t edge)
    : library_(library),
      precision_(precision),
      edge_(edge),
      handle_(library, context),
      input_a_(library, precision.a, edge, edge),
      input_b_(library, precision.b, edge, edge),
      output_(library, precision.d, edge, edge),
      workspace_(context, workspace_bytes) {}

double Gemm::operations() const {
  const auto edge = static_cast<double>(edge_);
  return 2 * edge * edge * edge;
}

std::vector<cublaslt::Algorithm> Gemm::algorithms(const Operands& operands,
                                                  std::size_t most) const {
  std::vector<cublaslt::Heuristic> found(most);
  // First without split-K; what is left otherwise adds its parts in the type of the sum.
  for (const std::uint32_t reductions : {0U, cublaslt::reduction_in_compute_type}) {
    cublaslt::Preference preference(library_);
    preference.set(cublaslt::PreferenceAttribute::max_workspace_bytes,
                   std::uint64_t{workspace_bytes});
    preference.set(cublaslt::PreferenceAttribute::reduction_scheme_mask, reductions);
    int count = 0;
    const auto& ask = handle_.call().heuristics;
    const Status status = ask.status(handle_.get(), operands.matmul().get(), input_a_.get(),
                                     input_b_.get(), output_.get(), output_.get(), preference.get(),
                                     static_cast<int>(most), found.data(), &count);
    if (status != Status::success && status != Status::not_supported &&
        status != Status::arch_mismatch) {
      throw ask.error(status);
    }
    std::vector<cublaslt::Algorithm> algorithms;
    for (int i = 0; i < count; ++i) {
      const cublaslt::Heuristic& heuristic = found[static_cast<std::size_t>(i)];
      if (heuristic.state == Status::success && heuristic.workspace_bytes <= workspace_bytes) {
        algorithms.push_back(heuristic.algorithm);
      }
    }
    if (!algorithms.empty()) return algorithms;
  }
  throw Skip(fmt::format("not applicable: cuBLASLt {} does not multiply {} on this GPU",
                         library_.version(), precision_.name));
}

void Gemm::queue(const cuda::Stream& stream, const cublaslt::Algorithm& algorithm,
                 const Operands& operands) const {
  const Factor alpha = factor(precision_, 1), beta = factor(precision_, 0);
  const auto pointer = [](cuda::DeviceAddress address) { return reinterpret_cast<void*>(address); };
  handle_.call().matmul(handle_.get(), operands.matmul().get(), &alpha, pointer(operands.a()),
                        input_a_.get(), pointer(operands.b()), input_b_.get(), &beta,
                        pointer(operands.d()), output_.get(), pointer(operands.d()), output_.get(),
                        &algorithm, pointer(workspace_.address()), workspace_bytes,
                        stream.handle());
}

std::string Gemm::describe(const cublaslt::Algorithm& algorithm) const {
  const auto get = [&](cublaslt::AlgorithmAttribute attribute) {
    std::int32_t value = -1;
    std::size_t written = 0;
    library_.call().algorithm_get.status(&algorithm, attribute, &value, sizeof value, &written);
    return value;
  };
  return fmt::format("algorithm {}, tile {}, stages {}, split-K {}",
                     get(cublaslt::AlgorithmAttribute::id), get(cublaslt::AlgorithmAttribute::tile),
                     get(cublaslt::AlgorithmAttribute::stages),
                     get(cublaslt::AlgorithmAttribute::split_k));
}

}  // namespace plumbline
