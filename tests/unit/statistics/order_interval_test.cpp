#include "reports/statistics/order_interval.h"

#include <gtest/gtest.h>

#include <vector>

namespace plumbline {
namespace {

TEST(MedianRanks, ReferenceValuesOf95Percent) {
  EXPECT_EQ(median_ranks(5, 0.95), std::nullopt);
  EXPECT_EQ(median_ranks(6, 0.95), (OrderRanks{1, 6}));
  EXPECT_EQ(median_ranks(10, 0.95), (OrderRanks{2, 9}));
  EXPECT_EQ(median_ranks(20, 0.95), (OrderRanks{6, 15}));
  EXPECT_EQ(median_ranks(30, 0.95), (OrderRanks{10, 21}));
  EXPECT_EQ(median_ranks(50, 0.95), (OrderRanks{18, 33}));
  EXPECT_EQ(median_ranks(100, 0.95), (OrderRanks{40, 61}));
  EXPECT_EQ(median_ranks(1000, 0.95), (OrderRanks{469, 532}));
}

TEST(MedianRanks, LowerRanksFrom6To30) {
  const std::vector<std::size_t> lower = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5,
                                          5, 6, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10};
  for (std::size_t i = 0; i < lower.size(); ++i) {
    EXPECT_EQ(median_ranks(6 + i, 0.95)->lower, lower[i]) << "n = " << 6 + i;
  }
}

TEST(MedianRanks, ReferenceValuesOf99Percent) {
  EXPECT_EQ(median_ranks(7, 0.99), std::nullopt);
  EXPECT_EQ(median_ranks(8, 0.99), (OrderRanks{1, 8}));
  EXPECT_EQ(median_ranks(20, 0.99), (OrderRanks{4, 17}));
  EXPECT_EQ(median_ranks(100, 0.99), (OrderRanks{37, 64}));
}

TEST(MedianInterval, TooFewValuesHaveNone) {
  EXPECT_EQ(median_interval({}, 0.95), std::nullopt);
  EXPECT_EQ(median_interval(std::vector<double>{1}, 0.95), std::nullopt);
}

TEST(MedianInterval, IsAtTheRanks) {
  EXPECT_EQ(median_interval(std::vector<double>{9, 2, 3, 4, 5, 6, 7, 8, 1, 10}, 0.95),
            (Interval{2, 9}));
}

}  // namespace
}  // namespace plumbline
