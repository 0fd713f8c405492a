#include "reports/statistics/variance.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace plumbline {
namespace {

TEST(Variance, StandardDeviation) {
  EXPECT_EQ(standard_deviation({}), 0);
  EXPECT_EQ(standard_deviation(std::vector<double>{3}), 0);
  EXPECT_NEAR(standard_deviation(std::vector<double>{10.1, 9.9, 10, 10.2, 9.8}), 0.158114, 1e-6);
}

TEST(Variance, NoPairsNoSigma) { EXPECT_EQ(sigma_of_pairs({}), std::nullopt); }

TEST(Variance, PairsOfNormalRunsGiveTheirSigma) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, 0.02);
  std::vector<double> differences;
  for (int i = 0; i < 20000; ++i) differences.push_back(noise(random) - noise(random));
  EXPECT_NEAR(*sigma_of_pairs(differences), 0.02, 0.0005);
}

TEST(Variance, ShrinkageStaysBetweenObservedAndPrior) {
  EXPECT_DOUBLE_EQ(shrunk_sigma(0.5, 0, 0.03), 0.03);          // nothing observed
  EXPECT_NEAR(shrunk_sigma(0.01, 1e9, 0.03), 0.01, 1e-6);      // everything observed
  EXPECT_NEAR(shrunk_sigma(0.01, 20, 0.03), 0.0223607, 1e-7);  // as much as the prior is worth
}

TEST(Variance, WhatChanceDoesNotDoIsBelieved) {
  EXPECT_EQ(updated_sigma(0.07, 2, 0.03), shrunk_sigma(0.07, 2, 0.03));
  EXPECT_EQ(updated_sigma(0.08, 2, 0.03), 0.08);
  EXPECT_EQ(updated_sigma(0.08, 0, 0.03), 0.03);  // nothing was observed
}

}  // namespace
}  // namespace plumbline
