#include "reports/statistics/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace plumbline {
namespace {

std::vector<double> samples(double level, double jitter, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(1, 0.01);
  std::uniform_real_distribution<double> chance(0, 1);
  std::vector<double> values(500);
  for (double& value : values) {
    value = level * noise(random) * (chance(random) < jitter ? 0.5 : 1);
  }
  return values;
}

TEST(Distribution, ALowerLevelIsAShortfallOfThatShare) {
  const auto healthy = quantile_grid(samples(100, 0, 1));
  EXPECT_NEAR(shortfall(quantile_grid(samples(90, 0, 2)), healthy), 0.1, 0.003);
  EXPECT_NEAR(shortfall(quantile_grid(samples(100, 0, 3)), healthy), 0, 0.003);
  EXPECT_LT(shortfall(quantile_grid(samples(120, 0, 4)), healthy), 1e-9) << "better is no fault";
}

TEST(Distribution, JitterIsSeenThoughTheMedianIsRight) {
  QuantileGrids fleet(32);
  for (unsigned node = 0; node < 100; ++node) {
    auto values = samples(100, node == 99 ? 0.2 : 0, node);
    fleet.add(values);
  }
  const auto middle = middle_distribution(fleet);
  constexpr double alpha = 0.95;
  for (unsigned node = 0; node < 99; ++node) EXPECT_LT(shortfall(fleet[node], middle), 1 - alpha);
  EXPECT_GT(shortfall(fleet[99], middle), 1 - alpha);
}

TEST(Distribution, TheUnitDoesNotMatter) {
  const auto a = samples(100, 0, 1);
  auto b = samples(80, 0.1, 2);
  const double before = shortfall(quantile_grid(b), quantile_grid(a));
  auto scaled = a;
  for (double& value : scaled) value *= 8;
  for (double& value : b) value *= 8;
  EXPECT_NEAR(shortfall(quantile_grid(b), quantile_grid(scaled)), before, 1e-12);
}

TEST(Distribution, OfNoneAndOfOne) {
  EXPECT_TRUE(quantile_grid({}).empty());
  EXPECT_TRUE(middle_distribution(QuantileGrids(4)).empty());
  EXPECT_EQ(quantile_grid({3}, 4), std::vector<double>(4, 3));
  EXPECT_TRUE(std::isnan(shortfall({}, {})));
}

}  // namespace
}  // namespace plumbline
