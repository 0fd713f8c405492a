#include "reports/statistics/quantile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

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

TEST(Quantiles, AreThoseOfTheSortedValues) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<float> draw(3, 1);
  std::vector<float> values(10'007);
  for (float& value : values) value = draw(random);
  const std::vector<double> copy(values.begin(), values.end());
  const std::vector<double> p = {0, 0.0001, 0.01, 0.5, 0.5, 0.99, 0.9999, 1};
  const auto found = quantiles(values, p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_DOUBLE_EQ(found[i], quantile(copy, p[i]));
}

TEST(QuantileCollector, IsExactWithinItsBudget) {
  QuantileCollector collector(4000);
  std::vector<double> values;
  for (int i = 1; i <= 1000; ++i) {
    values.push_back(i * 0.125);
    EXPECT_TRUE(collector.add(values.back()));
  }
  const std::vector<double> p = {0.01, 0.5, 0.99};
  EXPECT_TRUE(collector.is_exact());
  const auto exact = collector.quantiles(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(exact[i], quantile(values, p[i]));
  EXPECT_TRUE(collector.add(125.125)) << "one more than fits";
  EXPECT_FALSE(collector.is_exact());
  EXPECT_EQ(collector.count(), 1001U);
  const auto close = collector.quantiles(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(close[i] / exact[i], 1, 0.02);
}

TEST(QuantileCollector, WhatIsNoPositiveNumberIsRefused) {
  QuantileCollector collector;
  EXPECT_FALSE(collector.add(0));
  EXPECT_FALSE(collector.add(std::nan("")));
  EXPECT_EQ(collector.count(), 0U);
  const std::vector<double> middle = {0.5};
  EXPECT_TRUE(std::isnan(collector.quantiles(middle)[0]));
}

}  // namespace
}  // namespace plumbline
