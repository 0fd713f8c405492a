#include "suites/simulation/ordered_blocks.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace plumbline::simulation {
namespace {

std::string all_of(std::size_t blocks, unsigned threads) {
  std::string all;
  in_order(
      blocks, threads,
      [](std::size_t block, std::string& text) { text = std::to_string(block) + ' '; },
      [&](const std::string& text) { all += text; });
  return all;
}

TEST(OrderedBlocks, ComeInTheirOrderByAnyNumberOfThreads) {
  const std::string one = all_of(500, 1);
  EXPECT_TRUE(one.starts_with("0 1 2 3 "));
  EXPECT_TRUE(one.ends_with("498 499 "));
  EXPECT_EQ(all_of(500, 8), one);
}

TEST(OrderedBlocks, MayBeNone) {
  EXPECT_EQ(all_of(0, 4), "");
  EXPECT_EQ(all_of(1, 4), "0 ");
  EXPECT_EQ(all_of(2, 0), "0 1 ");
}

TEST(OrderedBlocks, ThrowOnWhatIsThrown) {
  for (const unsigned threads : {1U, 4U}) {
    std::size_t taken = 0;
    const auto run = [&] {
      in_order(
          100, threads,
          [](std::size_t block, std::string&) {
            if (block == 7) throw std::runtime_error("block 7");
          },
          [&](const std::string&) { ++taken; });
    };
    EXPECT_THAT(run, ::testing::ThrowsMessage<std::runtime_error>("block 7"));
    EXPECT_LE(taken, 7u);
    EXPECT_THAT(
        [&] {
          in_order(
              10, threads, [](std::size_t, std::string&) {},
              [](const std::string&) { throw std::runtime_error("the disk is full"); });
        },
        ::testing::ThrowsMessage<std::runtime_error>("the disk is full"));
  }
}

}  // namespace
}  // namespace plumbline::simulation
