#include "results/schema/in_order.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

namespace plumbline {
namespace {

std::string all_of(std::size_t count, std::size_t threads) {
  std::string all;
  in_order<std::string>(
      count, threads, [](std::size_t i, std::string& text) { text = std::to_string(i) + ' '; },
      [&](const std::string& text) { all += text; });
  return all;
}

TEST(InOrder, ByAnyNumberOfThreads) {
  const std::string one = all_of(500, 1);
  EXPECT_TRUE(one.starts_with("0 1 2 3 "));
  EXPECT_TRUE(one.ends_with("498 499 "));
  EXPECT_EQ(all_of(500, 8), one);
}

TEST(InOrder, MayBeNone) {
  EXPECT_EQ(all_of(0, 4), "");
  EXPECT_EQ(all_of(1, 4), "0 ");
  EXPECT_EQ(all_of(2, 0), "0 1 ");
}

TEST(InOrder, ThrowsOnWhatIsThrown) {
  for (const std::size_t threads : {1U, 4U}) {
    std::size_t taken = 0;
    const auto run = [&] {
      in_order<std::string>(
          100, threads,
          [](std::size_t i, std::string&) {
            if (i == 7) throw std::runtime_error("item 7");
          },
          [&](const std::string&) { ++taken; });
    };
    EXPECT_THAT(run, ::testing::ThrowsMessage<std::runtime_error>("item 7"));
    EXPECT_LE(taken, 7u);
    EXPECT_THAT(
        [&] {
          in_order<std::string>(
              10, threads, [](std::size_t, std::string&) {},
              [](const std::string&) { throw std::runtime_error("the disk is full"); });
        },
        ::testing::ThrowsMessage<std::runtime_error>("the disk is full"));
  }
}

}  // namespace
}  // namespace plumbline
