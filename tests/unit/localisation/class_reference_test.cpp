#include "reports/localisation/class_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace plumbline::localisation {
namespace {

std::vector<double> normal(std::size_t count, double mean, double sigma, std::size_t slow = 0) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> distribution(mean, sigma);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(distribution(random) - (i < slow ? 0.2 : 0));
  }
  return values;
}

TEST(ClassReference, OfNoneThereIsNone) { EXPECT_FALSE(reference_of({}, {50.0, 0.01})); }

TEST(ClassReference, ManyKnowTheirLevelAndTheirNoise) {
  const auto found = reference_of(normal(2000, 3, 0.02, 100), {50.0, 0.5});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->basis, ReferenceBasis::middle);
  EXPECT_NEAR(found->reference, 3, 0.003);
  EXPECT_NEAR(found->sigma, 0.02, 0.003) << "not what was known";
}

TEST(ClassReference, HowSlowTheSlowAreChangesNothing) {
  auto values = normal(500, 3, 0.02, 100);
  const auto before = reference_of(values, {{}, 0.01});
  for (std::size_t i = 0; i < 100; ++i) values[i] -= 5;
  const auto after = reference_of(values, {{}, 0.01});
  EXPECT_EQ(after->reference, before->reference);
  EXPECT_EQ(after->sigma, before->sigma);
}

TEST(ClassReference, HalfOfManyMayBeSlow) {
  // A slow leaf of four is crossed by every second path between leaves.
  for (const double slow : {0.06, 0.12, 0.3}) {
    for (const std::size_t slow_ones : {900U, 1000U, 1200U}) {
      auto values = normal(2000, 3, 0.01);
      for (std::size_t i = 0; i < slow_ones; ++i) values[i] -= slow;
      const auto found = reference_of(values, {{}, 0.01});
      EXPECT_NEAR(found->reference, 3, 0.015) << slow << ' ' << slow_ones;
      EXPECT_LT(found->sigma, 0.025) << slow << ' ' << slow_ones;
    }
  }
}

TEST(ClassReference, LessThanManyHaveTheKnownNoise) {
  const auto found = reference_of(normal(90, 3, 0.01, 27), {50.0, 0.01});
  EXPECT_EQ(found->basis, ReferenceBasis::upper_quartile);
  EXPECT_EQ(found->sigma, 0.01);
  EXPECT_NEAR(found->reference, 3, 0.01) << "30 % slow ones do not lower it much";
}

TEST(ClassReference, FewAreHeldAgainstWhatIsKnown) {
  const auto found = reference_of(normal(19, 3, 0.01, 19), {50.0, 0.01});
  EXPECT_EQ(found->basis, ReferenceBasis::known);
  EXPECT_DOUBLE_EQ(found->reference, std::log(50.0));
}

TEST(ClassReference, ABaselineThatNoneReachesSaysNothingUnlessItWasLearned) {
  const std::vector<double> logs = {std::log(44.0), std::log(45.0), std::log(30.0)};
  EXPECT_DOUBLE_EQ(reference_of(logs, {50.0, 0.01, true})->reference, std::log(50.0));
  EXPECT_DOUBLE_EQ(reference_of(logs, {50.0, 0.01, false})->reference, std::log(45.0));
  EXPECT_DOUBLE_EQ(reference_of(logs, {40.0, 0.01, false})->reference, std::log(40.0));
}

TEST(ClassReference, FewOfWhichNothingIsKnownAreAGuess) {
  EXPECT_EQ(reference_of(normal(19, 3, 0.01), {{}, 0.01})->basis, ReferenceBasis::guessed);
}

TEST(ClassReference, EqualValuesStillHaveANoise) {
  const std::vector<double> equal(1000, 2.5);
  EXPECT_EQ(reference_of(equal, {{}, 0.01})->sigma, 0.01) << "nothing above the median";
  EXPECT_EQ(reference_of(equal, {{}, 0})->sigma, reference::least_sigma);
}

}  // namespace
}  // namespace plumbline::localisation
