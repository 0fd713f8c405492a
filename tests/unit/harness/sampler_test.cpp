#include "probes/harness/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A machine with a clock of its own: each call of the work takes what the test says.
struct Machine {
  std::function<double(std::size_t call)> seconds;
  double now = 0;
  std::size_t calls = 0;

  SampleSummary run(const Sampling& sampling) {
    return sample(
        [this] {
          const double taken = seconds(calls++);
          now += taken;
          return taken;
        },
        [](double taken) { return taken; }, sampling, [this] { return now; });
  }
};

TEST(Sampler, StopsAtTheFirstLookForSteadyWork) {
  Machine machine{[](std::size_t) { return 0.02; }};
  const SampleSummary summary = machine.run({});
  EXPECT_EQ(summary.samples, 20U);
  EXPECT_EQ(summary.median, 0.02);
  EXPECT_EQ(summary.ci_low, 0.02);
  EXPECT_EQ(summary.ci_high, 0.02);
  EXPECT_EQ(summary.spread, 0);
  EXPECT_THAT(summary.flags, IsEmpty());
}

TEST(Sampler, SamplesAtLeastTheMinimumTime) {
  Machine machine{[](std::size_t) { return 1e-4; }};
  const SampleSummary summary = machine.run({});
  EXPECT_GE(machine.now, 0.2 - 1e-9);
  EXPECT_THAT(summary.flags, Not(Contains("not_converged")));
}

TEST(Sampler, LooksAreGeometric) {
  std::mt19937_64 random(5);
  Machine machine{
      [&](std::size_t) { return 0.02 * std::lognormal_distribution<>(0, 0.02)(random); }};
  machine.run({.min_seconds = 0, .max_seconds = 1e9});
  EXPECT_THAT(machine.calls, ::testing::AnyOf(20, 30, 45, 68, 102, 153, 230, 345, 518, 777));
}

TEST(Sampler, SaysThatItDidNotConverge) {
  std::mt19937_64 random(6);
  Machine machine{[&](std::size_t) { return 0.1 * std::lognormal_distribution<>(0, 0.5)(random); }};
  const SampleSummary summary = machine.run({.max_seconds = 5});
  EXPECT_THAT(summary.flags, Contains("not_converged"));
  EXPECT_LT(machine.now, 6);
  EXPECT_LT(summary.ci_low, summary.median);
  EXPECT_GT(summary.ci_high, summary.median);
}

TEST(Sampler, StopsAtTheMostSamples) {
  std::mt19937_64 random(7);
  Machine machine{[&](std::size_t) { return 1e-3 * std::lognormal_distribution<>(0, 1)(random); }};
  const SampleSummary summary = machine.run({.max_samples = 50, .max_seconds = 1e9});
  EXPECT_EQ(machine.calls, 50U);
  EXPECT_THAT(summary.flags, Contains("not_converged"));
}

TEST(Sampler, CutsTheWarmUpAndKeepsItsSamples) {
  std::mt19937_64 random(8);
  Machine machine{[&](std::size_t call) {
    return 0.01 * (1 + 3 * std::exp(-static_cast<double>(call) / 4)) *
           std::normal_distribution<>(1, 0.003)(random);
  }};
  const SampleSummary summary = machine.run({});
  EXPECT_GE(summary.warm_up, 5U);
  EXPECT_EQ(summary.values.size(), machine.calls);
  EXPECT_EQ(summary.samples + summary.warm_up, machine.calls);
  EXPECT_NEAR(summary.median, 0.01, 0.0002);
}

TEST(Sampler, KeepsADeliberateWarmUpOutOfTheMedian) {
  Machine machine{[](std::size_t call) { return call < 100 ? 0.02 : 0.01; }};
  const SampleSummary summary = machine.run({.warm_up_seconds = 2});
  EXPECT_GE(summary.warm_up, 100U);
  EXPECT_EQ(summary.median, 0.01);
}

TEST(Sampler, FlagsTwoStates) {
  Machine machine{[](std::size_t call) { return call % 4 == 0 ? 0.012 : 0.010; }};
  EXPECT_THAT(machine.run({}).flags, Contains("bimodal"));
}

TEST(Sampler, FlagsADriftAsUnsteady) {
  Machine machine{[](std::size_t call) { return 0.01 + 1e-4 * static_cast<double>(call); }};
  const SampleSummary summary = machine.run({.max_seconds = 10});
  EXPECT_THAT(summary.flags, Contains("unsteady"));
  EXPECT_THAT(summary.flags, Contains("not_converged"));
}

TEST(Sampler, FewSamplesHaveNoInterval) {
  Machine machine{[](std::size_t) { return 4.0; }};
  const SampleSummary summary = machine.run({.max_seconds = 10});
  EXPECT_EQ(summary.samples, 3U);
  EXPECT_FALSE(summary.has_interval);
  EXPECT_THAT(summary.flags, Contains("not_converged"));
}

TEST(Sampler, RefusesATimeThatIsNone) {
  for (const double seconds : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    Machine machine{[=](std::size_t) { return seconds; }};
    EXPECT_THROW(machine.run({}), std::runtime_error) << seconds;
  }
}

TEST(Sampler, PassesOnWhatTheWorkThrows) {
  Machine machine{[](std::size_t call) -> double {
    if (call == 3) throw std::runtime_error("the link went down");
    return 0.01;
  }};
  try {
    machine.run({});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the link went down"));
  }
}

}  // namespace
}  // namespace plumbline
