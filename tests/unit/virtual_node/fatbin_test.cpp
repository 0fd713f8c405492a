#include "probes/virtual_node/fatbin.h"

#include <gmock/gmock.h>

#include <cstddef>

extern "C" const std::byte plumbline_gpu_memory_device_code[];

namespace plumbline::virtual_node {
namespace {

using ::testing::ElementsAre;

TEST(Fatbin, HasEveryKernelForEveryArchitecture) {
  for (const unsigned architecture : {80U, 90U, 100U, 103U}) {
    const auto kernels = read_fatbin(plumbline_gpu_memory_device_code, architecture);
    ASSERT_TRUE(kernels) << architecture;
    EXPECT_EQ(kernels->size(), 14U);
    EXPECT_THAT(kernels->at("triad"), ElementsAre(8U, 8U, 8U, 4U, 8U));
    EXPECT_THAT(kernels->at("chase"), ElementsAre(8U, 8U, 4U, 8U, 8U));
  }
}

TEST(Fatbin, ANewerGpuOfAGenerationTakesTheOlderCode) {
  EXPECT_TRUE(read_fatbin(plumbline_gpu_memory_device_code, 86));
  EXPECT_FALSE(read_fatbin(plumbline_gpu_memory_device_code, 75));
  EXPECT_FALSE(read_fatbin(plumbline_gpu_memory_device_code, 120));
}

TEST(Fatbin, AnythingElseIsRefused) {
  const char text[64] = "ELF, perhaps";
  EXPECT_THROW(read_fatbin(text, 90), std::runtime_error);
}

}  // namespace
}  // namespace plumbline::virtual_node
