#include "probes/harness/sampling_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace plumbline {
namespace {

using Values = std::vector<double>;

// Reference values: binomial quantiles of scipy 1.10 and R 4.2.
TEST(MedianRanks, AgreeWithTheBinomialAt95Percent) {
  const std::vector<std::size_t> low_from_6 = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5,
                                               5, 6, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10};
  for (std::size_t i = 0; i < low_from_6.size(); ++i) {
    const std::size_t n = 6 + i;
    const auto ranks = ranks_of_median(n, 0.05);
    ASSERT_TRUE(ranks) << n;
    EXPECT_EQ(ranks->low, low_from_6[i]) << n;
    EXPECT_EQ(ranks->high, n + 1 - low_from_6[i]) << n;
  }
  EXPECT_FALSE(ranks_of_median(5, 0.05));
  EXPECT_EQ(ranks_of_median(50, 0.05)->low, 18U);
  EXPECT_EQ(ranks_of_median(100, 0.05)->low, 40U);
  EXPECT_EQ(ranks_of_median(1000, 0.05)->low, 469U);
  EXPECT_EQ(ranks_of_median(1000, 0.05)->high, 532U);
}

TEST(MedianRanks, AgreeWithTheBinomialAt99Percent) {
  EXPECT_FALSE(ranks_of_median(7, 0.01));
  EXPECT_EQ(ranks_of_median(8, 0.01)->low, 1U);
  EXPECT_EQ(ranks_of_median(8, 0.01)->high, 8U);
  EXPECT_EQ(ranks_of_median(20, 0.01)->low, 4U);
  EXPECT_EQ(ranks_of_median(20, 0.01)->high, 17U);
  EXPECT_EQ(ranks_of_median(100, 0.01)->low, 37U);
  EXPECT_EQ(ranks_of_median(100, 0.01)->high, 64U);
  EXPECT_FALSE(ranks_of_median(0, 0.01));
  EXPECT_TRUE(ranks_of_median(100000, 0.01));  // no underflow for large counts
}

TEST(Median, AndDeviation) {
  const Values values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100};
  EXPECT_DOUBLE_EQ(median_of(values), 6);
  EXPECT_DOUBLE_EQ(mad_of(values, 6), 3);
  EXPECT_DOUBLE_EQ(median_of(Values{4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(median_of(Values{7}), 7);
}

TEST(Mser, CutsTheReferenceRamp) {
  const WarmUp cut = mser(Values{10, 8, 6, 5, 5, 5, 5, 5, 5, 5});
  EXPECT_EQ(cut.count, 3U);  // V = .269, .101509, .013672, 0, 0: the smallest cut wins the tie
  EXPECT_TRUE(cut.steady);
}

TEST(Mser, SaysWhenItIsStillClimbing) {
  Values ramp(40);
  std::iota(ramp.begin(), ramp.end(), 0);
  EXPECT_FALSE(mser(ramp).steady);
}

TEST(RobustMser5, CutsAnExponentialWarmUp) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 0.01);
  Values values(300);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1 - 0.2 * std::exp(-static_cast<double>(i) / 30) + noise(random);
  }
  const WarmUp cut = robust_mser5(values);
  EXPECT_GE(cut.count, 40U);
  EXPECT_LE(cut.count, 150U);
  EXPECT_TRUE(cut.steady);
  EXPECT_EQ(cut.count % 5, 0U);
}

TEST(RobustMser5, IsNotMovedByOneSpike) {
  Values values(100, 1.0);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 1e-3 * static_cast<double>(i % 7);
  values[60] = 50;
  EXPECT_LT(robust_mser5(values).count, 50U);
}

TEST(RobustMser5, LeavesFewAndConstantValuesAlone) {
  EXPECT_EQ(robust_mser5(Values(9, 1.0)).count, 0U);
  EXPECT_EQ(robust_mser5(Values(100, 1.0)).count, 0U);
  EXPECT_EQ(robust_mser5(Values{}).count, 0U);
}

TEST(RankCorrelation, OfConstantDataIsNone) {
  EXPECT_EQ(rank_correlation(Values(50, 3.0)), 0);
  EXPECT_EQ(rank_correlation(Values{1, 2}), 0);
}

TEST(RankCorrelation, SeesADriftAndNoNoise) {
  Values drift(100), noise(100);
  std::iota(drift.begin(), drift.end(), 0);
  std::mt19937_64 random(2);
  for (double& value : noise) value = std::normal_distribution<double>()(random);
  EXPECT_GT(rank_correlation(drift), 0.9);
  EXPECT_LT(std::abs(rank_correlation(noise)), 0.25);
}

TEST(MedianInterval, OfCorrelatedValuesIsThatOfBatchMeans) {
  Values blocks;  // runs of ten equal values: a handful of independent ones
  for (int i = 0; i < 30; ++i) blocks.insert(blocks.end(), 10, i % 3);
  const double correlation = rank_correlation(blocks);
  EXPECT_GT(correlation, 0.6);
  const auto interval = median_interval(blocks, correlation, 0.01);
  ASSERT_TRUE(interval);
  EXPECT_LE(interval->low, 1);
  EXPECT_GE(interval->high, 1);
  EXPECT_FALSE(median_interval(std::span(blocks).first(60), 0.9, 0.01)) << "3 batches only";
}

TEST(MedianInterval, ScalesAndIgnoresOrder) {
  std::mt19937_64 random(3);
  Values values(64);
  for (double& value : values) value = std::lognormal_distribution<double>(0, 0.1)(random);
  const auto interval = median_interval(values, 0, 0.01);
  Values scaled = values;
  for (double& value : scaled) value *= 8;
  std::shuffle(scaled.begin(), scaled.end(), random);
  const auto scaled_interval = median_interval(scaled, 0, 0.01);
  EXPECT_EQ(scaled_interval->low, 8 * interval->low);
  EXPECT_EQ(scaled_interval->high, 8 * interval->high);
}

TEST(Bimodal, TwoClockStates) {
  Values values;
  for (int i = 0; i < 100; ++i) values.push_back((i % 5 == 0 ? 0.9 : 1.0) + 1e-4 * (i % 3));
  EXPECT_TRUE(is_bimodal(values, 0.005));
}

TEST(Bimodal, NotASingleOutlierNorTimerSteps) {
  Values outlier(50, 1.0);
  outlier.front() = 5;
  EXPECT_FALSE(is_bimodal(outlier, 0.005));
  Values steps;
  for (int i = 0; i < 50; ++i) steps.push_back(i % 2 == 0 ? 1.0 : 1.001);
  EXPECT_FALSE(is_bimodal(steps, 0.005));
  EXPECT_FALSE(is_bimodal(Values{1, 2}, 0.005));
}

}  // namespace
}  // namespace plumbline
