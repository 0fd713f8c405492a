#include "probes/efa/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace plumbline::efa {
namespace {

using testing::HasSubstr;

std::vector<std::byte> filled(std::size_t bytes, std::uint64_t seed) {
  std::vector<std::byte> memory(bytes);
  fill_pattern(memory, seed);
  return memory;
}

TEST(Pattern, WhatWasFilledIsRight) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 9U, 4096U, 5003U}) {
    EXPECT_EQ(pattern_fault(filled(bytes, 3), 3), std::nullopt) << bytes;
  }
}

TEST(Pattern, OfAnotherRoundIsWrong) { EXPECT_TRUE(pattern_fault(filled(64, 3), 4)); }

TEST(Pattern, WhatDidNotArriveIsWrongInEveryByte) {
  const std::vector<std::byte> wiped(1000);
  EXPECT_THAT(pattern_fault(wiped, 7).value(), HasSubstr("1000 of 1000 bytes differ"));
}

TEST(Pattern, OneByteIsFoundAndNamed) {
  std::vector<std::byte> memory = filled(4099, 1);
  memory[4098] ^= std::byte{0x10};
  const std::string fault = pattern_fault(memory, 1).value();
  EXPECT_THAT(fault, HasSubstr("byte 4098 is "));
  EXPECT_THAT(fault, HasSubstr("1 of 4099 bytes differ"));
}

TEST(Pattern, WhatCameToTheWrongPlaceIsWrong) {
  std::vector<std::byte> memory = filled(8192, 1);
  std::swap_ranges(memory.begin(), memory.begin() + 4096, memory.begin() + 4096);
  EXPECT_TRUE(pattern_fault(memory, 1));
}

}  // namespace
}  // namespace plumbline::efa
