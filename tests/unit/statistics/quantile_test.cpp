#include "reports/statistics/quantile.h"

#include <gtest/gtest.h>

#include <cmath>

namespace plumbline {
namespace {

TEST(Quantile, ReferenceValues) {  // R 4.2.2, type 7
  const std::vector<double> values = {10, 3, 1, 4, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 2);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 7.6);
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 10);
}

TEST(Quantile, InterquartileRange) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100};
  EXPECT_DOUBLE_EQ(quantile(values, 0.75) - quantile(values, 0.25), 5);
}

TEST(Quantile, OfNoneAndOfOne) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_EQ(quantile({7}, 0.99), 7);
}

}  // namespace
}  // namespace plumbline
