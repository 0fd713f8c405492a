#include "reports/comparison/change.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace plumbline {
namespace {

using ::testing::DoubleNear;

std::vector<RunValue> runs(std::initializer_list<double> values) {
  std::vector<RunValue> all;
  for (const double value : values) all.push_back({value, 0});
  return all;
}

TEST(ChangeOfSeries, OneRunEach) {
  const Change change = change_of_series(runs({100}), runs({90}), 0.01);
  EXPECT_THAT(change.shift, DoubleNear(std::log(0.9), 1e-12));
  EXPECT_THAT(change.error, DoubleNear(0.01 * std::sqrt(2), 1e-12));
  // 7.45 standard errors; two-sided tail of the normal distribution (R: 2*pnorm(-7.4501)).
  EXPECT_THAT(change.p(), DoubleNear(9.33e-14, 1e-15));
}

TEST(ChangeOfSeries, TheNoiseOfTheMetricIsTheLeastNoise) {
  // Runs that agree by chance make nothing certain.
  const Change change = change_of_series(runs({100, 100, 100}), runs({98, 98, 98}), 0.01);
  EXPECT_THAT(change.error, DoubleNear(0.01 * 1.2533 * std::sqrt(2.0 / 3), 1e-5));
  EXPECT_GT(change.p(), 0.01);
  // Runs that differ more than the metric is known to make it less certain.
  EXPECT_GT(change_of_series(runs({80, 100, 120}), runs({98, 118, 78}), 0.01).error, 0.1);
}

TEST(ChangeOfSeries, NoiseWithinARunCounts) {
  std::vector<RunValue> noisy = {{100, 0.03 * 0.03}};
  EXPECT_THAT(change_of_series(noisy, noisy, 0.04).error, DoubleNear(0.05 * std::sqrt(2), 1e-12));
}

TEST(ChangeOfHosts, TheMedianAndHowMuchTheyDiffer) {
  std::vector<Change> hosts;
  for (const double shift : {-0.05, -0.04, -0.03, -0.04, -0.9}) {
    hosts.push_back({100, 100 * std::exp(shift), shift, 0.002});
  }
  const Change change = change_of_hosts(hosts);
  EXPECT_DOUBLE_EQ(change.shift, -0.04);
  EXPECT_THAT(change.error, DoubleNear(1.4826 * 0.01 * 1.2533 / std::sqrt(5), 1e-4));
}

TEST(ChangeOfFleets, IsTheHodgesLehmannShift) {
  std::vector<double> before, after;
  for (int i = 0; i < 40; ++i) before.push_back(std::log(100 + i % 7));
  for (const double value : before) after.push_back(value - 0.1);
  const Change change = change_of_fleets(before, after, 0.001);
  EXPECT_THAT(change.shift, DoubleNear(-0.1, 1e-9));
  EXPECT_LT(change.p(), 1e-6);
  EXPECT_GT(change_of_fleets(std::vector{1.0}, std::vector{0.99}, 0.01).p(), 0.3);
}

TEST(VerdictOf, Table) {
  const auto of = [](double shift, double error, Better better, bool significant) {
    return verdict_of({100, 100, shift, error}, better, significant);
  };
  EXPECT_EQ(of(-0.1, 0.01, Better::higher, true), ChangeVerdict::worse);
  EXPECT_EQ(of(0.1, 0.01, Better::higher, true), ChangeVerdict::better);
  EXPECT_EQ(of(0.1, 0.01, Better::lower, true), ChangeVerdict::worse);
  EXPECT_EQ(of(-0.1, 0.01, Better::higher, false), ChangeVerdict::unclear);
  EXPECT_EQ(of(-0.02, 0.005, Better::higher, false), ChangeVerdict::same);
  EXPECT_EQ(of(-0.002, 0.0001, Better::higher, true), ChangeVerdict::same);  // matters to nobody
  EXPECT_EQ(of(0, 0.03, Better::higher, false), ChangeVerdict::unclear);
}

TEST(ChangeOfSeries, NoiseOfThatSizeIsNoChange) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0, 0.01);
  int surprising = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto one = [&] { return RunValue{100 * std::exp(noise(random)), 0}; };
    const std::vector<RunValue> before = {one(), one(), one()}, after = {one(), one(), one()};
    if (change_of_series(before, after, 0.01).p() < 0.01) ++surprising;
  }
  EXPECT_LT(surprising, 130);  // 1 % of them, and three standard deviations more
}

}  // namespace
}  // namespace plumbline
