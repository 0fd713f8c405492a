#include "reports/statistics/log_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace plumbline {
namespace {

std::vector<double> values_between(double low, double high, std::size_t count) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(std::log(low), std::log(high));
  std::vector<double> values(count);
  for (double& value : values) value = std::exp(exponent(random));
  return values;
}

TEST(LogHistogram, EveryQuantileIsWithinItsError) {
  auto values = values_between(1e-6, 1e9, 1'000'000);
  LogHistogram histogram(0.0005);
  for (const double value : values) ASSERT_TRUE(histogram.add(value));
  std::sort(values.begin(), values.end());
  for (const double p : {0.0, 0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.9999, 1.0}) {
    const double exact = values[static_cast<std::size_t>(p * 999'999.0)];
    EXPECT_NEAR(histogram.quantile(p) / exact, 1, 0.0005 * (1 + 1e-9)) << p;
  }
  EXPECT_EQ(histogram.count(), 1'000'000U);
}

TEST(LogHistogram, PartsAddUpInAnyOrder) {
  const auto values = values_between(0.01, 100, 30'000);
  LogHistogram whole, a, b, c;
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.add(values[i]);
    (i % 3 == 0 ? a : i % 3 == 1 ? b : c).add(values[i]);
  }
  LogHistogram left = a;
  left.merge(b);
  left.merge(c);
  LogHistogram right = c;
  right.merge(b);
  right.merge(a);
  EXPECT_EQ(left, whole);
  EXPECT_EQ(right, whole);
  EXPECT_EQ(left.quantile(0.37), whole.quantile(0.37));
}

TEST(LogHistogram, IsMadeAgainFromItsBuckets) {
  LogHistogram histogram;
  for (const double value : values_between(0.01, 100, 1000)) histogram.add(value);
  LogHistogram again;
  for (const auto& bucket : histogram.buckets()) again.add_bucket(bucket);
  EXPECT_EQ(again, histogram);
}

TEST(LogHistogram, WhatIsNoPositiveNumberIsRefused) {
  LogHistogram histogram;
  for (const double value : {0.0, -1.0, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_FALSE(histogram.add(value));
  }
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_TRUE(std::isnan(histogram.quantile(0.5)));
}

TEST(LogHistogram, OtherErrorsDoNotAddUp) {
  LogHistogram histogram(0.001);
  EXPECT_THROW(histogram.merge(LogHistogram(0.01)), std::invalid_argument);
  EXPECT_THROW(LogHistogram(0), std::invalid_argument);
  EXPECT_THROW(LogHistogram(1), std::invalid_argument);
}

}  // namespace
}  // namespace plumbline
