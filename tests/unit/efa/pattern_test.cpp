#include "probes/efa/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace plumbline::efa {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::StartsWith;

std::vector<std::byte> filled(std::size_t bytes, std::uint64_t seed) {
  std::vector<std::byte> memory(bytes);
  fill_pattern(memory, seed);
  return memory;
}

TEST(Pattern, WhatWasFilledIsRight) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 9U, 4096U, 5003U}) {
    EXPECT_EQ(wrong_bytes(filled(bytes, 3), 3).count, 0) << bytes;
  }
}

TEST(Pattern, OfAnotherRoundIsWrong) { EXPECT_GT(wrong_bytes(filled(64, 3), 4).count, 48); }

TEST(Pattern, WhatDidNotArriveIsWrongInEveryByte) {
  const std::vector<std::byte> wiped(1000);
  EXPECT_EQ(wrong_bytes(wiped, 7).count, 1000);
}

TEST(Pattern, OneByteIsFoundAndNamed) {
  std::vector<std::byte> memory = filled(4099, 1);
  memory[4098] ^= std::byte{0x10};
  const WrongBytes wrong = wrong_bytes(memory, 1);
  EXPECT_EQ(wrong.count, 1);
  EXPECT_THAT(wrong.sentence(), AllOf(StartsWith("byte 4098 is 0x"), EndsWith("; 1 byte differs")));
  EXPECT_THAT(fault_of(wrong),
              StartsWith("the data that arrived are not what was sent: byte 4098"));
  EXPECT_EQ(fault_of(wrong_bytes(filled(8, 1), 1)), "");
}

TEST(Pattern, WhatCameToTheWrongPlaceIsWrong) {
  std::vector<std::byte> memory = filled(8192, 1);
  std::swap_ranges(memory.begin(), memory.begin() + 4096, memory.begin() + 4096);
  EXPECT_GT(wrong_bytes(memory, 1).count, 4096);
}

TEST(Pattern, OfSeveralPiecesTheFirstIsTold) {
  WrongBytes all;
  all.add({});
  all.add({3, "byte 5"});
  all.add({4, "byte 9"});
  EXPECT_EQ(all.sentence(), "byte 5; 7 bytes differ");
}

}  // namespace
}  // namespace plumbline::efa
