#include "reports/statistics/median.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace plumbline {
namespace {

const std::vector<double> one_outlier = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100};

TEST(Median, ReferenceValues) {
  EXPECT_EQ(median(one_outlier), 6);
  EXPECT_EQ(median_absolute_deviation(one_outlier), 3);
  EXPECT_NEAR(sigma_per_mad * median_absolute_deviation(one_outlier), 4.447807, 5e-7);
  EXPECT_NEAR(
      (100 - median(one_outlier)) / (sigma_per_mad * median_absolute_deviation(one_outlier)),
      21.134012, 5e-7);
  EXPECT_NEAR(upper_scale(one_outlier), 4.447807, 5e-7);
}

TEST(Median, OfAnEvenCountIsTheMeanOfTheMiddleTwo) { EXPECT_EQ(median({4, 1, 3, 2}), 2.5); }

TEST(Median, OfNoneIsNotANumber) {
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median_absolute_deviation({})));
  EXPECT_TRUE(std::isnan(upper_scale({})));
}

TEST(Median, OfOneAndOfEqualValues) {
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median_absolute_deviation(std::vector<double>{7, 7, 7}), 0);
}

TEST(Median, OrderDoesNotMatter) {
  std::mt19937_64 random(1);
  std::vector<double> values = one_outlier;
  for (int i = 0; i < 20; ++i) {
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(median(values), 6);
    EXPECT_EQ(median_absolute_deviation(values), 3);
  }
}

TEST(Median, UpperScaleIgnoresHowSlowTheSlowAre) {
  std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const double before = upper_scale(values);
  values[0] = -1e9;
  values[1] = -1e6;
  EXPECT_EQ(upper_scale(values), before);
}

}  // namespace
}  // namespace plumbline
