#include "probes/virtual_node/fatbin.h"

#include <gmock/gmock.h>

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

extern "C" const std::byte plumbline_gpu_memory_device_code[];
extern "C" const std::byte plumbline_gpu_memory_device_code_end[];

namespace plumbline::virtual_node {
namespace {

using ::testing::ElementsAre;

constexpr int cuda_12 = 12040, cuda_13 = 13000;

/// The shipped image as a compiler of another CUDA would have made it.
std::vector<std::byte> image_of_form(unsigned char form) {
  std::vector<std::byte> image(plumbline_gpu_memory_device_code,
                               plumbline_gpu_memory_device_code_end);
  const auto* magic = reinterpret_cast<const std::byte*>(ELFMAG);
  for (auto at = image.begin();; at += SELFMAG) {
    at = std::search(at, image.end(), magic, magic + SELFMAG);
    if (at == image.end()) return image;
    at[EI_ABIVERSION] = std::byte{form};
  }
}

TEST(Fatbin, HasEveryKernelForEveryArchitecture) {
  for (const unsigned architecture : {80U, 90U, 100U, 103U}) {
    const auto kernels = read_fatbin(plumbline_gpu_memory_device_code, architecture, cuda_13);
    ASSERT_TRUE(kernels) << architecture;
    EXPECT_EQ(kernels->size(), 14U);
    EXPECT_THAT(kernels->at("triad"), ElementsAre(8U, 8U, 8U, 4U, 8U));
    EXPECT_THAT(kernels->at("chase"), ElementsAre(8U, 8U, 4U, 8U, 8U));
  }
}

TEST(Fatbin, ANewerGpuOfAGenerationTakesTheOlderCode) {
  EXPECT_TRUE(read_fatbin(plumbline_gpu_memory_device_code, 86, cuda_13));
  EXPECT_FALSE(read_fatbin(plumbline_gpu_memory_device_code, 75, cuda_13));
  EXPECT_FALSE(read_fatbin(plumbline_gpu_memory_device_code, 120, cuda_13));
}

TEST(Fatbin, ADriverDoesNotTakeWhatCompilersOfNewerCudaMade) {
  const std::vector<std::byte> by_12 = image_of_form(7), by_13 = image_of_form(8);
  EXPECT_TRUE(read_fatbin(by_12.data(), 90, cuda_12));
  EXPECT_TRUE(read_fatbin(by_12.data(), 90, cuda_13));
  EXPECT_FALSE(read_fatbin(by_13.data(), 90, cuda_12));
  EXPECT_TRUE(read_fatbin(by_13.data(), 90, cuda_13));
}

TEST(Fatbin, AnythingElseIsRefused) {
  const char text[64] = "ELF, perhaps";
  EXPECT_THROW(read_fatbin(text, 90, cuda_13), std::runtime_error);
}

}  // namespace
}  // namespace plumbline::virtual_node
