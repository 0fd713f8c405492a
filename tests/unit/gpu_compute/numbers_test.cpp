#include "probes/gpu_compute/numbers.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace plumbline::gpu_compute {
namespace {

using cublaslt::DataType;

const Precision& precision(std::string_view name) {
  for (const Precision& candidate : precisions()) {
    if (candidate.name == name) return candidate;
  }
  throw std::logic_error("no such type");
}

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

double decoded(DataType type, std::uint16_t code) {
  return element(type, bytes_of<std::uint16_t>({code}), 0);
}

TEST(Element, HalfPrecision) {
  EXPECT_EQ(decoded(DataType::f16, 0x3c00), 1);
  EXPECT_EQ(decoded(DataType::f16, 0xc000), -2);
  EXPECT_EQ(decoded(DataType::f16, 0x7bff), 65504) << "the largest";
  EXPECT_EQ(decoded(DataType::f16, 0x0001), 0x1p-24) << "the smallest";
}

TEST(Element, BrainFloat) {
  EXPECT_EQ(decoded(DataType::bf16, 0x3f80), 1);
  EXPECT_EQ(decoded(DataType::bf16, 0xbfc0), -1.5);
}

TEST(Element, EightBitFloats) {
  EXPECT_EQ(decoded(DataType::f8_e4m3, 0x38), 1);
  EXPECT_EQ(decoded(DataType::f8_e4m3, 0x7e), 448) << "the largest";
  EXPECT_EQ(decoded(DataType::f8_e5m2, 0x3c), 1);
  EXPECT_EQ(decoded(DataType::f8_e5m2, 0x7b), 57344) << "the largest";
}

TEST(Element, FourBitFloatsTwoInAByte) {
  const std::vector<std::byte> data = {std::byte{0x7f}};
  EXPECT_EQ(element(DataType::f4_e2m1, data, 0), -6);
  EXPECT_EQ(element(DataType::f4_e2m1, data, 1), 6);
}

TEST(Scale, OfBlocks) {
  EXPECT_EQ(scale(16, 0x38), 1);
  EXPECT_EQ(scale(32, 127), 1);
  EXPECT_EQ(scale(32, 130), 8);
}

TEST(ScalePlace, TilesOf128ColumnsAnd4Blocks) {
  EXPECT_EQ(scale_place(0, 0, 8), 0U);
  EXPECT_EQ(scale_place(0, 3, 8), 3U);
  EXPECT_EQ(scale_place(1, 0, 8), 16U);
  EXPECT_EQ(scale_place(32, 0, 8), 4U);
  EXPECT_EQ(scale_place(127, 3, 8), 511U);
  EXPECT_EQ(scale_place(0, 4, 8), 512U) << "the next tile of the same columns";
  EXPECT_EQ(scale_place(128, 0, 8), 1024U);
}

TEST(Expected, WholeNumbersAreExact) {
  const auto a = bytes_of<std::int8_t>({1, -2, 3}), b = bytes_of<std::int8_t>({4, 5, -6});
  const Expected sum = expected(precision("int8"), 3, {a, {}}, {b, {}});
  EXPECT_EQ(sum.value, -24);
  EXPECT_EQ(sum.tolerance, 0);
}

TEST(Expected, RoundingOfTheResultIsAllowed) {
  const auto a = bytes_of<std::uint16_t>({0x3f80}), b = bytes_of<std::uint16_t>({0x4000});
  const Expected sum = expected(precision("bf16"), 1, {a, {}}, {b, {}});
  EXPECT_EQ(sum.value, 2);
  EXPECT_GT(sum.tolerance, 2 * 0x1p-8);
  EXPECT_LT(sum.tolerance, 2 * 0x1p-7);
}

TEST(Expected, BlocksAreScaled) {
  const std::vector<std::byte> a(8, std::byte{0x22}), b(8, std::byte{0x22});  // ones
  const std::vector<std::uint8_t> twice = {0x40}, half = {0x30};
  EXPECT_EQ(expected(precision("nvfp4"), 16, {a, twice}, {b, half}).value, 16);
  EXPECT_EQ(expected(precision("nvfp4"), 16, {a, twice}, {b, twice}).value, 64);
}

}  // namespace
}  // namespace plumbline::gpu_compute
