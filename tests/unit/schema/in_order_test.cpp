#include "results/schema/in_order.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

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

TEST(InOrder, OneThatTakesLongerHoldsUpNobodyForAWhile) {
  std::atomic<int> others = 0;
  bool went_on = false;
  std::string all;
  in_order<std::string>(
      20, 2,
      [&](std::size_t i, std::string& text) {
        text = std::to_string(i) + ' ';
        if (i != 0) {
          ++others;
          return;
        }
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (others < 4 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        went_on = others >= 4;
      },
      [&](const std::string& text) { all += text; });
  EXPECT_TRUE(went_on);
  EXPECT_TRUE(all.starts_with("0 1 2 3 4 5 "));
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
