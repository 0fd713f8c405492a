// Products through the types that probes use, on the virtual node.

#include "probes/gpu/gemm.h"

#include <gmock/gmock.h>

#include <functional>
#include <string_view>

#include "probes/harness/skip.h"

namespace plumbline {
namespace {

using cublaslt::Status;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const cuda::Driver& driver() {
  static const cuda::Driver opened(
      cuda::open_library(std::string(MACHINES) + "/p5.48xlarge/libcuda.so.1"));
  return opened;
}

const cublaslt::Library& library() {
  static const cublaslt::Library opened(driver(),
                                        std::string(MACHINES) + "/p5.48xlarge/libcublasLt.so.13");
  return opened;
}

const Precision& precision(std::string_view name) {
  for (const Precision& candidate : precisions()) {
    if (candidate.name == name) return candidate;
  }
  throw std::logic_error("no such type");
}

Status status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const VendorError& error) {
    return static_cast<Status>(error.code());
  }
  return Status::success;
}

TEST(VirtualCublasLt, SaysItsVersion) { EXPECT_EQ(library().version(), "13.1.0"); }

TEST(VirtualCublasLt, MultipliesWholeNumbers) {
  const cuda::Context context(driver(), 0);
  const cuda::Stream stream(context);
  const Precision& int8 = precision("int8");
  constexpr std::size_t edge = 128, elements = edge * edge;
  const Gemm gemm(library(), context, int8, edge);
  const Operands operands(library(), context, int8, edge);
  context.call().fill_bytes(operands.a(), 2, elements, stream.handle());
  context.call().fill_bytes(operands.b(), 3, elements, stream.handle());
  gemm.queue(stream, gemm.algorithms(operands, 8).front(), operands);
  const cuda::PinnedMemory result(context, elements * sizeof(std::int32_t));
  context.call().copy_to_host(result.data(), operands.d(), result.bytes(), stream.handle());
  stream.synchronize();
  EXPECT_EQ(result.as<std::int32_t>()[0], 2 * 3 * 128);
  EXPECT_EQ(result.as<std::int32_t>()[elements - 1], 2 * 3 * 128);
}

TEST(VirtualCublasLt, TheFirstAlgorithmIsNotTheFastest) {
  const cuda::Context context(driver(), 1);
  const cuda::Stream stream(context);
  const Precision& bf16 = precision("bf16");
  const Gemm gemm(library(), context, bf16, 4096);
  const Operands operands(library(), context, bf16, 4096);
  const auto algorithms = gemm.algorithms(operands, 8);
  EXPECT_THAT(algorithms, SizeIs(7)) << "without split-K";
  const cuda::Event start(context), stop(context);
  std::vector<double> seconds;
  for (const cublaslt::Algorithm& algorithm : algorithms) {
    start.record(stream);
    gemm.queue(stream, algorithm, operands);
    stop.record(stream);
    stop.synchronize();
    seconds.push_back(stop.seconds_since(start));
  }
  EXPECT_LT(seconds[2], 0.98 * seconds[0]);
  EXPECT_NEAR(seconds[2], gemm.operations() / 850e12, 2e-5);
  EXPECT_THAT(gemm.describe(algorithms[2]), HasSubstr("tile 23"));
}

TEST(VirtualCublasLt, ATypeThatTheGpuLacksIsNotApplicable) {
  const cuda::Context context(driver(), 0);
  const Precision& nvfp4 = precision("nvfp4");
  const Gemm gemm(library(), context, nvfp4, 256);
  const Operands operands(library(), context, nvfp4, 256);
  EXPECT_THROW(gemm.algorithms(operands, 8), Skip);
}

TEST(VirtualCublasLt, RefusesWhatTheRealOneRefuses) {
  const cuda::Context context(driver(), 0);
  const cuda::Stream stream(context);
  const cublaslt::Functions& call = library().call();
  cublaslt::Matmul matmul(library(), cublaslt::Compute::f32, cublaslt::DataType::f32);
  EXPECT_EQ(
      status_of([&] { matmul.set(cublaslt::MatmulAttribute::transpose_a, std::uint64_t{1}); }),
      Status::invalid_value)
      << "an attribute of another size";
  EXPECT_EQ(call.layout_destroy.status(reinterpret_cast<cublaslt::LayoutHandle>(0x10)),
            Status::invalid_value);
  const Precision& bf16 = precision("bf16");
  const Gemm gemm(library(), context, bf16, 256);
  const Operands operands(library(), context, bf16, 256);
  EXPECT_EQ(status_of([&] { gemm.queue(stream, cublaslt::Algorithm{}, operands); }),
            Status::invalid_value)
      << "an algorithm that no heuristic gave";
  driver().call().set_context(nullptr);
  cublaslt::LibraryHandle handle = nullptr;
  EXPECT_EQ(call.create.status(&handle), Status::not_initialized) << "no context is current";
}

}  // namespace
}  // namespace plumbline
