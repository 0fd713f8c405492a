#include "reports/localisation/pair_deviations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace plumbline::localisation {
namespace {

/// `nodes` nodes below leaves of 32; each round pairs node i with i + 32 * round.
std::vector<PairRate> rounds(std::uint32_t nodes, const std::vector<double>& level) {
  std::vector<PairRate> rates;
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0, 0.01);
  for (std::uint32_t round = 0; round < level.size(); ++round) {
    for (std::uint32_t node = 0; node < nodes / 2; ++node) {
      const std::uint32_t other = nodes / 2 + (node + 32 * round) % (nodes / 2);
      rates.push_back({node, other, round, 0, 0, level[round] * std::exp(noise(random))});
    }
  }
  return rates;
}

Fabric fabric_of(std::uint32_t nodes) {
  Fabric fabric;
  for (std::uint32_t node = 0; node < nodes; ++node) fabric.leaf_of.push_back(node / 32);
  fabric.leaves = (nodes + 31) / 32;
  return fabric;
}

double mean_of_round(const PairDeviations& deviations, std::uint32_t round) {
  double sum = 0;
  double count = 0;
  for (const PairPath& path : deviations.paths) {
    if (path.round != round) continue;
    sum += path.deviation;
    ++count;
  }
  return sum / count;
}

TEST(PairDeviations, WhatSlowsAWholeRoundIsNobodysFault) {
  const auto found = deviations_of(fabric_of(1024), rounds(1024, {50, 45, 50}), {50.0, 0.01});
  EXPECT_NEAR(mean_of_round(found, 1), 0, 0.003);
  EXPECT_NEAR(mean_of_round(found, 0), 0, 0.003);
  EXPECT_EQ(found.across_leaves->basis, ReferenceBasis::middle);
  EXPECT_FALSE(found.within_leaves);
}

TEST(PairDeviations, ARoundOfSuspectsKeepsItsLevel) {
  const Fabric fabric = fabric_of(1024);
  auto rates = rounds(1024, {50, 50, 50});
  for (std::uint32_t i = 0; i < 100; ++i) rates.push_back({i, 512 + i, 3, 0, 0, 40});
  const auto found = deviations_of(fabric, rates, {50.0, 0.01});
  EXPECT_NEAR(mean_of_round(found, 3), std::log(0.8), 0.01);
}

TEST(PairDeviations, ASmallClassTakesTheLevelOfTheOther) {
  const Fabric fabric = fabric_of(1024);
  auto rates = rounds(1024, {50, 50, 50});
  for (std::uint32_t i = 0; i < 10; ++i) rates.push_back({2 * i, 2 * i + 1, 3, 0, 0, 40});
  const auto found = deviations_of(fabric, rates, {{}, 0.01});
  EXPECT_EQ(found.within_leaves->reference, found.across_leaves->reference);
  EXPECT_NEAR(mean_of_round(found, 3), std::log(0.8), 0.01);
}

TEST(PairDeviations, AFewPairsAreHeldAgainstTheBaseline) {
  const std::vector<PairRate> rates = {{0, 1, 0, 0, 0, 40}, {2, 3, 0, 0, 0, 50}};
  const auto found = deviations_of(fabric_of(4), rates, {50.0, 0.01});
  EXPECT_EQ(found.within_leaves->basis, ReferenceBasis::known);
  EXPECT_NEAR(found.paths[0].deviation, std::log(0.8), 1e-12);
  EXPECT_NEAR(found.paths[1].deviation, 0, 1e-12);
}

TEST(PairDeviations, TheUnitDoesNotMatter) {
  const Fabric fabric = fabric_of(1024);
  auto rates = rounds(1024, {50, 50});
  const auto in_gigabytes = deviations_of(fabric, rates, {{}, 0.01});
  for (PairRate& rate : rates) rate.rate *= 8e9;
  const auto in_bits = deviations_of(fabric, rates, {{}, 0.01});
  for (std::size_t i = 0; i < rates.size(); ++i) {
    EXPECT_NEAR(in_bits.paths[i].deviation, in_gigabytes.paths[i].deviation, 1e-12);
  }
}

TEST(PairDeviations, OfNone) { EXPECT_TRUE(deviations_of(fabric_of(4), {}, {}).paths.empty()); }

}  // namespace
}  // namespace plumbline::localisation
