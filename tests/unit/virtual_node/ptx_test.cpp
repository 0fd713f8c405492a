#include "probes/virtual_node/ptx.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstddef>

extern "C" const std::byte plumbline_gpu_memory_device_code[];
extern "C" const std::byte plumbline_gpu_memory_device_code_end[];

namespace plumbline::virtual_node {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

int cuda_of(const std::string& version) {
  return read_ptx(fmt::format("\n.version {}\n.target sm_80\n", version).c_str()).cuda_version;
}

TEST(Ptx, NamesTheCudaThatItNeeds) {
  EXPECT_EQ(cuda_of("7.0"), 11000);
  EXPECT_EQ(cuda_of("7.8"), 11080);
  EXPECT_EQ(cuda_of("8.1"), 12010);
  EXPECT_EQ(cuda_of("8.5"), 12050);
  EXPECT_EQ(cuda_of("8.7"), 12080);
  EXPECT_EQ(cuda_of("8.8"), 12090);
  EXPECT_EQ(cuda_of("9.0"), 13000);
}

TEST(Ptx, HasKernelsWithTheirParameters) {
  const ShippedPtx ptx = read_ptx(
      "// a comment\n.version 8.1\n.target sm_90\n.address_size 64\n\n"
      ".visible .entry one(\n\t.param .u64 .ptr .align 1 one_param_0,\n\t.param .f32 one_param_1,\n"
      "\t.param .align 8 .b8 one_param_2[24]\n)\n.maxntid 256\n{\n\tret;\n}\n"
      ".visible .entry none()\n{\n\tret;\n}\n");
  EXPECT_EQ(ptx.architecture, 90U);
  ASSERT_THAT(ptx.kernels.size(), Eq(2U));
  EXPECT_THAT(ptx.kernels.at("one"), ElementsAre(8U, 4U, 24U));
  EXPECT_THAT(ptx.kernels.at("none"), IsEmpty());
}

TEST(Ptx, StandsBehindTheShippedFatbinAndHasTheSameKernels) {
  const std::string_view image(reinterpret_cast<const char*>(plumbline_gpu_memory_device_code),
                               static_cast<std::size_t>(plumbline_gpu_memory_device_code_end -
                                                        plumbline_gpu_memory_device_code));
  const std::size_t comment = image.rfind("\n.version ");
  ASSERT_NE(comment, std::string_view::npos);
  const ShippedPtx ptx = read_ptx(image.data() + comment);
  EXPECT_EQ(ptx.cuda_version, 11000);
  EXPECT_EQ(ptx.architecture, 80U);
  EXPECT_EQ(ptx.kernels, read_fatbin(image.data(), 90, 13000));
}

TEST(Ptx, AnythingElseIsRefused) {
  EXPECT_THAT([] { read_ptx("ELF, perhaps"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("is no PTX")));
  EXPECT_THAT([] { read_ptx("\n.version x.y\n"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("expected a number")));
  EXPECT_THAT([] { read_ptx("\n.version 7.0\n"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("no target")));
  EXPECT_THAT([] { read_ptx("\n.version 7.0\n.target sm_80\n.entry a(.reg .u32 b)"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("expected a parameter")));
}

}  // namespace
}  // namespace plumbline::virtual_node
