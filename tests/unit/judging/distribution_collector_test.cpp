#include "reports/judging/distribution_collector.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "reports/statistics/quantile.h"

namespace plumbline {
namespace {

using ::testing::DoubleNear;
using ::testing::Optional;

Finding rate(std::size_t host, const std::string& subject, double value) {
  Finding f;
  f.id = fmt::format("{:08x}", host);
  f.host = fmt::format("node-{}", host);
  f.instance_type = "p5.48xlarge";
  f.metric = "gpu_memory.triad";
  f.subject = subject;
  f.unit = "GB/s";
  f.better = Better::higher;
  f.bytes = 1 << 20;
  f.value = value;
  return f;
}

const auto no_ceiling = [](const Finding&) { return std::optional<double>(); };

/// Healthy values differ by half a percent; `slow` of them are 20 % below.
std::vector<double> values_of(std::size_t count, std::size_t slow) {
  std::mt19937 random(7);
  std::normal_distribution<double> noise(3000, 15);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(noise(random) * (i < slow ? 0.8 : 1));
  return values;
}

MetricDistribution one_of(const std::vector<double>& values) {
  DistributionCollector collector;
  for (std::size_t i = 0; i < values.size(); ++i) {
    collector.add(rate(i / 8, fmt::format("gpu{}", i % 8), values[i]), no_ceiling);
  }
  auto all = collector.finish();
  EXPECT_EQ(all.size(), 1U);
  return all.front();
}

TEST(DistributionCollector, OneClassIsOneDistribution) {
  const auto d = one_of(values_of(64, 0));
  EXPECT_EQ(d.subject_class, "gpu");
  EXPECT_EQ(d.values, 64U);
  EXPECT_EQ(d.hosts, 8U);
  EXPECT_TRUE(d.is_complete());
  EXPECT_EQ(d.outliers, 0U);
}

TEST(DistributionCollector, QuantilesAreThoseOfTheValues) {
  for (const std::size_t count : {5U, 64U, 5000U}) {
    const auto values = values_of(count, 0);
    const auto d = one_of(values);
    for (std::size_t i = 0; i < distribution_shares.size(); ++i) {
      EXPECT_NEAR(d.quantiles[i], quantile(values, distribution_shares[i]), 1e-3) << count;
    }
  }
}

TEST(DistributionCollector, ManyValuesAreWithinTheErrorOfTheHistogram) {
  const auto values = values_of(40000, 0);  // more than are kept
  const auto d = one_of(values);
  EXPECT_EQ(d.values, 40000U);
  EXPECT_NEAR(d.median(), quantile(values, 0.5), 3000 * 0.002);
}

TEST(DistributionCollector, WhatLiesApartIsNamedTheWorstFirst) {
  for (const std::size_t count : {8U, 64U, 3000U}) {
    const auto d = one_of(values_of(count, 2));
    ASSERT_EQ(d.outliers, 2U) << count;
    EXPECT_LT(d.values_by_rank[0].value, d.values_by_rank[1].value);
    EXPECT_LT(d.values_by_rank[1].value, 2500);
    EXPECT_EQ(d.values_by_rank[0].host, "node-0");
    EXPECT_LE(d.values_by_rank.size(), 64U);
  }
}

TEST(DistributionCollector, SlownessIsTheGreaterTimeWhereLowerIsBetter) {
  DistributionCollector collector;
  for (std::size_t i = 0; i < 40; ++i) {
    Finding f = rate(i, "gpu0", i == 13 ? 700 : 500 + static_cast<double>(i % 3));
    f.metric = "gpu_memory.latency";
    f.better = Better::lower;
    collector.add(f, no_ceiling);
  }
  const auto all = collector.finish();
  ASSERT_EQ(all.front().outliers, 1U);
  EXPECT_EQ(all.front().values_by_rank.front().host, "node-13");
}

TEST(DistributionCollector, SizesParamsClassesAndTypesAreApart) {
  DistributionCollector collector;
  Finding f = rate(0, "gpu0", 1);
  collector.add(f, no_ceiling);
  f.bytes = 4;
  collector.add(f, no_ceiling);
  f.params.set("by", "engine");
  collector.add(f, no_ceiling);
  f.peer = "gpu3";
  collector.add(f, no_ceiling);
  f.instance_type = "p4d.24xlarge";
  collector.add(f, no_ceiling);
  EXPECT_EQ(collector.finish().size(), 5U);
}

TEST(DistributionCollector, TheRoundOfATournamentIsNoOtherWork) {
  DistributionCollector collector;
  for (const char* round : {"1", "2", "3"}) {
    Finding f = rate(0, "gpu0>gpu1", 400);
    f.params.set("round", round);
    collector.add(f, no_ceiling);
  }
  const auto all = collector.finish();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().values, 3U);
  EXPECT_TRUE(all.front().params.empty());
}

TEST(DistributionCollector, SizesAreInOrderOfTheirBytes) {
  DistributionCollector collector;
  for (const std::uint64_t bytes : {1048576U, 8U, 262144U}) {
    Finding f = rate(0, "node", 1);
    f.bytes = bytes;
    collector.add(f, no_ceiling);
  }
  std::vector<std::uint64_t> sizes;
  for (const auto& d : collector.finish()) sizes.push_back(d.bytes);
  EXPECT_THAT(sizes, ::testing::ElementsAre(8, 262144, 1048576));
}

TEST(DistributionCollector, FactsFailuresAndTheRunnerAreNoValues) {
  DistributionCollector collector;
  Finding fact = rate(0, "node", 8);
  fact.better = Better::exact;
  Finding missing = rate(0, "gpu7", 0);
  missing.value.reset();
  Finding task = rate(0, "node", 12);
  task.metric = "runner.task";
  for (const Finding& f : {fact, missing, task}) collector.add(f, no_ceiling);
  EXPECT_TRUE(collector.finish().empty());
}

TEST(DistributionCollector, ZerosCount) {
  DistributionCollector collector;
  for (std::size_t i = 0; i < 10; ++i) {
    Finding f = rate(i, "gpu0", i < 6 ? 0 : 0.25);
    f.better = Better::lower;
    collector.add(f, no_ceiling);
  }
  const auto all = collector.finish();
  EXPECT_EQ(all.front().values, 10U);
  EXPECT_EQ(all.front().median(), 0);
  EXPECT_EQ(all.front().quantiles.back(), 0.25);
  EXPECT_EQ(all.front().outliers, 0U);
}

TEST(DistributionCollector, TheBandHoldsIfAllExpectTheSame) {
  DistributionCollector collector;
  Finding f = rate(0, "gpu0", 3000);
  f.expected = "3080";
  f.low = 2926;
  collector.add(f, [](const Finding&) { return std::optional(3350.0); });
  f.subject = "gpu1";
  collector.add(f, [](const Finding&) { return std::optional(1.0); });  // not asked
  auto all = collector.finish();
  EXPECT_THAT(all.front().expected, Optional(DoubleNear(3080, 1e-9)));
  EXPECT_EQ(all.front().low, 2926);
  EXPECT_EQ(all.front().ceiling, 3350);

  collector.add(f, no_ceiling);
  f.subject = "gpu2";
  f.expected = "2000";
  collector.add(f, no_ceiling);
  all = collector.finish();
  EXPECT_FALSE(all.front().expected);
  EXPECT_FALSE(all.front().low);
}

}  // namespace
}  // namespace plumbline
