#include "reports/statistics/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace plumbline {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct RunLength {
  double slack, alarm, shift, expected;
};

/// Mean number of runs until an alarm, each `shift` sigma low.
double mean_run_length(const RunLength& of, std::size_t series) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(-of.shift, 1);
  ClippedCusum cusum({.slack = of.slack, .alarm = of.alarm, .clip = infinity});
  std::size_t runs = 0;
  for (std::size_t i = 0; i < series; ++i) {
    cusum.reset();
    do {
      ++runs;
    } while (!cusum.add(noise(random)));
  }
  return static_cast<double>(runs) / static_cast<double>(series);
}

// Expected run lengths from a Markov chain of 800 states.
TEST(Cusum, RunLengths) {
  for (const RunLength& of :
       {RunLength{0.5, 4, 1, 8.3832}, RunLength{0.5, 5, 1, 10.3760}, RunLength{0.5, 5, 2, 4.0089},
        RunLength{1, 4, 3, 2.6195}, RunLength{1, 6, 3, 3.6164}}) {
    EXPECT_NEAR(mean_run_length(of, 20'000) / of.expected, 1, 0.015) << of.slack << ' ' << of.alarm;
  }
  EXPECT_NEAR(mean_run_length({0.5, 4, 0, 0}, 4000) / 335.366, 1, 0.06);
}

TEST(Cusum, OneRunAloneIsNoAlarm) {
  ClippedCusum cusum;
  EXPECT_FALSE(cusum.add(-1e9));
  EXPECT_FALSE(cusum.add(0)) << "and the next one takes it back";
  EXPECT_LT(cusum.sum(), 2);
}

/// Runs of one device with heavy tails, slow outliers and some memory.
class Device {
 public:
  explicit Device(std::uint64_t seed, double of_a_run = 0.01) : sigma(of_a_run), random_(seed) {}

  double next() {
    constexpr double memory = 0.2;
    const double fresh = std::student_t_distribution<double>(5)(random_) / std::sqrt(5.0 / 3);
    last_ = memory * last_ + std::sqrt(1 - memory * memory) * fresh;
    const bool is_outlier = std::uniform_real_distribution<double>(0, 1)(random_) < 0.01;
    return level + sigma * last_ + (is_outlier ? -5 * sigma : 0);
  }

  double level = 0;
  const double sigma;

 private:
  std::mt19937_64 random_;
  double last_ = 0;
};

/// Runs until a regression is confirmed after run `from`, at most `runs`; 0 if none is.
std::size_t runs_until_regression(Device& device, double step, std::size_t from, std::size_t runs) {
  TrendWatch watch(device.sigma);
  for (std::size_t run = 0; run < from + runs; ++run) {
    if (run == from) device.level = std::log1p(-step);
    if (watch.add(device.next()) != TrendWatch::State::measure_again) continue;
    std::vector<double> fresh;
    TrendWatch::Decision decision = TrendWatch::Decision::measure_again;
    while (decision == TrendWatch::Decision::measure_again) {
      const std::size_t count = fresh.empty() ? 3 : 9;
      while (fresh.size() < count) fresh.push_back(device.next());
      decision = watch.confirm(fresh);
    }
    if (decision == TrendWatch::Decision::regression) return run < from ? 1000 : run - from + 1;
  }
  return 0;
}

TEST(Trend, StationarySeriesRaiseNoAlarm) {
  std::size_t alarms = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Device device(seed);
    alarms += runs_until_regression(device, 0, 100, 0) != 0 ? 1U : 0U;
  }
  EXPECT_LE(alarms, 2U);
}

TEST(Trend, StationarySeriesOfMuchNoiseRaiseNoAlarm) {
  for (const double sigma : {0.03, 0.05, 0.1}) {
    std::size_t alarms = 0;
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
      Device device(seed, sigma);
      alarms += runs_until_regression(device, 0, 100, 0) != 0 ? 1U : 0U;
    }
    EXPECT_LE(alarms, 2U) << sigma;
  }
}

TEST(Trend, OfMuchNoiseALargeStepIsTold) {
  constexpr std::size_t devices = 1000;
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= devices; ++seed) {
    Device device(seed, 0.05);
    const std::size_t runs = runs_until_regression(device, 0.2, 40, 10);
    told += runs >= 1 && runs <= 6 ? 1U : 0U;
  }
  EXPECT_GE(static_cast<double>(told), 0.99 * devices);
}

TEST(Trend, AStepOfFivePercentIsToldWithinSixRuns) {
  constexpr std::size_t devices = 4000;
  std::size_t within_three = 0;
  std::size_t within_six = 0;
  for (std::uint64_t seed = 1; seed <= devices; ++seed) {
    Device device(seed);
    const std::size_t runs = runs_until_regression(device, 0.05, 40, 10);
    within_three += runs >= 1 && runs <= 3 ? 1U : 0U;
    within_six += runs >= 1 && runs <= 6 ? 1U : 0U;
  }
  EXPECT_GE(static_cast<double>(within_six), 0.995 * devices);
  EXPECT_GE(static_cast<double>(within_three), 0.98 * devices);
}

TEST(Trend, WhatIsAcceptedIsTheNewBase) {
  Device device(5);
  TrendWatch watch(0.01);
  for (int run = 0; run < 30; ++run) watch.add(device.next());
  device.level = std::log1p(-0.2);
  watch.accept();
  EXPECT_EQ(watch.add(device.next()), TrendWatch::State::learning);
  for (int run = 0; run < 60; ++run) {
    if (watch.add(device.next()) != TrendWatch::State::measure_again) continue;
    const std::vector<double> fresh = {device.next(), device.next(), device.next()};
    EXPECT_EQ(watch.confirm(fresh), TrendWatch::Decision::steady);
  }
  EXPECT_NEAR(watch.base(), std::log1p(-0.2), 0.01);
}

/// So many runs; each alarm is measured again at once. How many regressions there were.
std::size_t regressions_in(TrendWatch& watch, Device& device, std::size_t runs,
                           double change_of_a_run = 0) {
  std::size_t regressions = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    device.level += change_of_a_run;
    if (watch.add(device.next()) != TrendWatch::State::measure_again) continue;
    std::vector<double> fresh;
    while (fresh.size() < 9) fresh.push_back(device.next());
    regressions += watch.confirm(fresh) == TrendWatch::Decision::regression ? 1U : 0U;
  }
  return regressions;
}

TEST(Trend, WhatGotBetterIsTheNewBase) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Device device(seed);
    TrendWatch watch(0.01);
    EXPECT_EQ(regressions_in(watch, device, 40), 0U);
    device.level = std::log1p(0.06);
    EXPECT_EQ(regressions_in(watch, device, 48), 0U);
    EXPECT_NEAR(watch.base(), std::log1p(0.06), 0.012) << seed;
    device.level = 0;
    EXPECT_GT(regressions_in(watch, device, 8), 0U) << "it was better than that, seed " << seed;
  }
}

TEST(Trend, WhatWasBetterForADayIsNoBase) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Device device(seed);
    TrendWatch watch(0.01);
    EXPECT_EQ(regressions_in(watch, device, 40), 0U);
    device.level = std::log1p(0.06);
    EXPECT_EQ(regressions_in(watch, device, 6), 0U);
    device.level = 0;
    EXPECT_EQ(regressions_in(watch, device, 40), 0U) << "seed " << seed;
    EXPECT_NEAR(watch.base(), 0, 0.012);
  }
}

TEST(Trend, WhatIsMendedAfterItsBaseWasLearnedCanGetWorseAgain) {
  Device device(3);
  TrendWatch watch(0.01);
  device.level = std::log1p(-0.2);
  regressions_in(watch, device, 30);
  device.level = 0;
  regressions_in(watch, device, 24);
  EXPECT_NEAR(watch.base(), 0, 0.012);
}

TEST(Trend, WhatGetsWorseOverMonthsIsTold) {
  constexpr std::size_t devices = 200;
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= devices; ++seed) {
    Device device(seed);
    TrendWatch watch(0.01);
    EXPECT_EQ(regressions_in(watch, device, 40), 0U);
    told += regressions_in(watch, device, 140, std::log1p(-0.06) / 140) > 0 ? 1U : 0U;
  }
  EXPECT_GE(told, devices - 2);
}

TEST(Trend, WhatGetsWorseOverAYearIsSeenInItsWeeks) {
  Device device(1);
  TrendWatch watch(0.01);
  bool is_told = false;
  for (std::size_t run = 0; run < 400 && !is_told; ++run) {
    if (run >= 40) device.level += std::log1p(-0.05) / 360;
    if (watch.add(device.next()) != TrendWatch::State::measure_again) continue;
    std::vector<double> fresh;
    while (fresh.size() < 9) fresh.push_back(device.next());
    const bool is_slow = watch.is_slow();
    if (watch.confirm(fresh) != TrendWatch::Decision::regression) continue;
    is_told = true;
    EXPECT_TRUE(is_slow);
    EXPECT_NEAR(watch.base(), 0, 0.012) << "beside the first level";
  }
  EXPECT_TRUE(is_told);
}

TEST(Trend, TheBaseIsInTheMiddleOfWhatItIsOf) {
  double sum = 0;
  constexpr std::size_t devices = 300;
  for (std::uint64_t seed = 1; seed <= devices; ++seed) {
    Device device(seed);
    TrendWatch watch(0.01);
    regressions_in(watch, device, 150);
    sum += watch.base();
  }
  EXPECT_NEAR(sum / devices, 0, 0.0006);
}

TEST(Trend, EqualValuesStillHaveANoise) {
  TrendWatch watch(0.01);
  for (int run = 0; run < 30; ++run) watch.add(0.5);
  EXPECT_EQ(watch.base(), 0.5);
  EXPECT_GT(watch.sigma(), 0.005);
}

TEST(CommonMode, ADriverStepIsOneEventOfTheFleet) {
  std::vector<double> before, after;
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0, 0.01);
  for (int member = 0; member < 200; ++member) {
    before.push_back(noise(random));
    after.push_back(noise(random) - 0.04);
  }
  after[3] -= 0.2;
  const CommonMode first = common_mode(before, 0.01);
  const CommonMode second = common_mode(after, 0.01);
  EXPECT_TRUE(is_fleet_event(first, second));
  EXPECT_FALSE(is_fleet_event(first, common_mode(before, 0.01)));
  EXPECT_NEAR(second.shift, -0.04, 0.005);
  EXPECT_NEAR(after[3] - second.shift, -0.2, 0.03) << "what is left is its own";
}

TEST(CommonMode, OfNoneThereIsNone) { EXPECT_EQ(common_mode({}, 0.01).shift, 0); }

}  // namespace
}  // namespace plumbline
