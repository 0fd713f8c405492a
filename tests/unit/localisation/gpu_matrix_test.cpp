#include "reports/localisation/gpu_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/localisation/gpu_world.h"

namespace plumbline::localisation {
namespace {

using testing::elements_of;
using ::testing::ElementsAre;
using testing::GpuFault;
using testing::GpuWorld;
using ::testing::IsEmpty;
using testing::simulate;
using ::testing::SizeIs;

/// Shares in which exactly the slow elements were found, of the nodes of each fault.
double exact_share(const GpuWorld& world, GpuFault fault, std::size_t nodes) {
  std::size_t exact = 0;
  for (std::uint64_t seed = 0; seed < nodes; ++seed) {
    const auto node = simulate(world, fault, seed);
    if (elements_of(slow_gpus(world.gpus, node.paths)) == node.slow) ++exact;
  }
  return static_cast<double>(exact) / static_cast<double>(nodes);
}

std::vector<GpuPath> full_matrix(std::uint32_t gpus) {
  std::vector<GpuPath> paths;
  for (std::uint32_t from = 0; from < gpus; ++from) {
    for (std::uint32_t to = 0; to < gpus; ++to) {
      if (from != to) paths.push_back({from, to, 0, 0.005});
    }
  }
  return paths;
}

TEST(GpuMatrix, WhatIsSlowIsNamedExactly) {
  for (const auto fault : {GpuFault::none, GpuFault::gpu, GpuFault::two_gpus, GpuFault::sending,
                           GpuFault::receiving, GpuFault::all_gpus}) {
    EXPECT_GE(exact_share({}, fault, 500), 0.998) << "fault " << static_cast<int>(fault);
  }
}

TEST(GpuMatrix, OnePairHasTwoPathsAndIsStillFound) {
  EXPECT_GE(exact_share({}, GpuFault::pair, 1000), 0.98);
  EXPECT_GE(exact_share({}, GpuFault::gpu_and_pair, 1000), 0.97);
  EXPECT_GE(exact_share({.runs = 1}, GpuFault::pair, 1000), 0.96);
}

TEST(GpuMatrix, NothingHealthyIsConvicted) {
  for (const auto fault : {GpuFault::none, GpuFault::gpu, GpuFault::pair, GpuFault::all_gpus}) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const auto node = simulate({}, fault, seed);
      for (const Culprit& culprit : slow_gpus(8, node.paths)) {
        EXPECT_TRUE(!culprit.is_convicted() || std::ranges::count(node.slow, culprit.element) == 1);
      }
    }
  }
}

TEST(GpuMatrix, ARackOf72) {
  EXPECT_GE(exact_share({.gpus = 72, .runs = 1}, GpuFault::gpu, 20), 0.9);
  EXPECT_GE(exact_share({.gpus = 72, .runs = 1}, GpuFault::all_gpus, 20), 0.9);
}

TEST(GpuMatrix, OfTwoGpusNoneIsBlamed) {
  auto paths = full_matrix(2);
  for (GpuPath& path : paths) path.deviation = std::log(0.8);
  const auto culprits = slow_gpus(2, paths);
  ASSERT_THAT(culprits, SizeIs(1));
  EXPECT_TRUE(culprits[0].is_certain);
  EXPECT_FALSE(culprits[0].is_convicted());
  EXPECT_THAT(culprits[0].alike, SizeIs(3)) << "the other GPU, their pair, both";
}

TEST(GpuMatrix, SendingAlone) {
  auto paths = full_matrix(4);
  for (GpuPath& path : paths) path.deviation = path.from == 2 ? std::log(0.8) : 0;
  const auto culprits = slow_gpus(4, paths);
  ASSERT_THAT(culprits, SizeIs(1));
  EXPECT_EQ(culprits[0].element, (Element{Kind::gpu_sending, 2, 0}));
  EXPECT_NEAR(culprits[0].deficit, 0.2, 1e-9);
  EXPECT_EQ(culprits[0].paths, 3U);
  EXPECT_TRUE(culprits[0].is_convicted());
}

TEST(GpuMatrix, PairsAreNumberedBothWays) {
  auto paths = full_matrix(8);
  for (GpuPath& path : paths) {
    if (std::min(path.from, path.to) == 2 && std::max(path.from, path.to) == 7) {
      path.deviation = std::log(0.7);
    }
  }
  EXPECT_THAT(elements_of(slow_gpus(8, paths)), ElementsAre(Element{Kind::gpu_pair, 2, 7}));
}

TEST(GpuMatrix, PathsThatNobodyMeasuredSayNothing) {
  std::vector<GpuPath> some;
  for (const GpuPath& path : full_matrix(8)) {
    if (path.from == 0 || path.to == 0) some.push_back(path);
  }
  EXPECT_THAT(slow_gpus(8, some), IsEmpty());
  EXPECT_THAT(slow_gpus(8, {}), IsEmpty());
  EXPECT_THAT(slow_gpus(1, {}), IsEmpty());
}

}  // namespace
}  // namespace plumbline::localisation
