#include "reports/statistics/false_discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace plumbline {
namespace {

// The example of Benjamini and Hochberg (1995); adjusted values by scipy 1.10.1 and R 4.2.2.
const std::vector<double> example = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                     .0459, .3240, .4262, .5719, .6528, .7590, 1};

std::size_t rejected(const std::vector<double>& adjusted, double q) {
  return static_cast<std::size_t>(
      std::count_if(adjusted.begin(), adjusted.end(), [&](double p) { return p <= q; }));
}

TEST(FalseDiscovery, ReferenceValues) {
  const std::vector<double> expected = {.0015,   .003,    .0095,   .035625, .0603,
                                        .063857, .063857, .0645,   .0765,   .486,
                                        .581182, .714875, .753231, .813214, 1};
  const auto adjusted = benjamini_hochberg(example);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 5e-7);
  EXPECT_EQ(rejected(adjusted, 0.05), 4U);
  const auto dependent = benjamini_yekutieli(example);
  const std::vector<double> first = {.004977, .009955, .031523, .118212};
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(dependent[i], first[i], 5e-7);
}

TEST(FalseDiscovery, OfNone) {
  EXPECT_TRUE(benjamini_hochberg({}).empty());
  EXPECT_LT(StreamedDiscoveries(0.01).threshold(), 0);
}

TEST(FalseDiscovery, TheOrderDoesNotMatter) {
  auto shuffled = example;
  std::mt19937_64 random(1);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const auto adjusted = benjamini_hochberg(shuffled);
  const auto before = benjamini_hochberg(example);
  for (std::size_t i = 0; i < shuffled.size(); ++i) {
    const auto place = std::find(example.begin(), example.end(), shuffled[i]) - example.begin();
    EXPECT_EQ(adjusted[i], before[static_cast<std::size_t>(place)]);
  }
}

TEST(FalseDiscovery, AHigherRateRejectsNoFewer) {
  const auto adjusted = benjamini_hochberg(example);
  std::size_t before = 0;
  for (double q = 0; q <= 1; q += 0.01) {
    EXPECT_GE(rejected(adjusted, q), before);
    before = rejected(adjusted, q);
  }
}

TEST(FalseDiscovery, StreamedRejectsTheSame) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int series = 0; series < 20; ++series) {
    std::vector<double> p(5000);
    for (double& each : p) each = random() % 20 == 0 ? 1e-6 * uniform(random) : uniform(random);
    for (const double q : {0.001, 0.01, 0.2}) {
      StreamedDiscoveries streamed(q);
      for (const double each : p) streamed.add(each);
      const double threshold = streamed.threshold();
      const auto found =
          std::count_if(p.begin(), p.end(), [&](double each) { return each <= threshold; });
      EXPECT_EQ(static_cast<std::size_t>(found), rejected(benjamini_hochberg(p), q));
      EXPECT_EQ(streamed.tests(), p.size());
    }
  }
}

}  // namespace
}  // namespace plumbline
