#include "probes/efa/intervals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::efa {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

/// Messages of 1 MB every 84 ms: 11.9 MB/s, of which an interval of 100 ms holds one or two.
Intervals counted(std::uint64_t intervals, double most_s) {
  Intervals result({.intervals = intervals, .interval_s = 0.1, .most_s = most_s}, 1);
  for (int i = 0; i < 1000 && !result.done(); ++i) result.add(1e6, 0, 5 + 0.084 * i);
  return result;
}

TEST(Intervals, TheRateIsRightThoughAMessageIsLargeForAnInterval) {
  const Counted found = counted(4, 100).counted();
  ASSERT_EQ(found.bytes.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(found.bytes[i] / found.seconds[i], 1e6 / 0.084, 1);
  }
  EXPECT_THAT(found.of_source, ElementsAre(DoubleNear(8e6, 1)));
}

TEST(Intervals, EndWhenTheirTimeIsOver) {
  EXPECT_EQ(counted(1000, 1).counted().bytes.size(), 6U);  // 2 x 84 ms each
}

TEST(Intervals, OneMessageIsNoRate) {
  Intervals result({.intervals = 1, .interval_s = 0.1, .most_s = 1}, 1);
  result.add(1e6, 0, 1);
  EXPECT_FALSE(result.done());
  EXPECT_TRUE(result.counted().bytes.empty());
}

TEST(Intervals, SourcesAreToldApart) {
  Intervals result({.intervals = 1, .interval_s = 0.1, .most_s = 1}, 2);
  result.add(100, 0, 1);
  result.add(100, 0, 1.05);
  result.add(300, 1, 1.2);
  EXPECT_THAT(result.counted().of_source, ElementsAre(100, 300));
  EXPECT_TRUE(result.done());
}

}  // namespace
}  // namespace plumbline::efa
