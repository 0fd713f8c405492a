#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/localisation/rail_world.h"

namespace plumbline::localisation {
namespace {

using testing::RailScore;
using testing::RailWorld;
using ::testing::SizeIs;

FabricFaults find(const testing::RailCase& world) {
  return find_faults(world.fabric, deviations_of(world.fabric, world.rates, {12.5, 0.01}).paths,
                     rail_rule());
}

TEST(Rails, NicsNodesAndRailsOfLeavesAreToldApart) {
  RailScore nics, nodes, leaf_rails;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto world = simulate(RailWorld{.nodes = 1024, .slow_leaf_rails = 0.005}, 4, seed);
    const FabricFaults faults = find(world);
    nics += score(world, faults, Kind::nic);
    nodes += score(world, faults, Kind::node);
    leaf_rails += score(world, faults, Kind::leaf_rail);
  }
  EXPECT_GT(nics.found, 140U);
  EXPECT_LE(nics.accused, 1U);
  EXPECT_LE(nics.missed, 2U);
  EXPECT_GT(nodes.found, 40U);
  EXPECT_EQ(nodes.accused, 0U);
  EXPECT_EQ(nodes.missed, 0U);
  EXPECT_GT(leaf_rails.found, 15U);
  EXPECT_EQ(leaf_rails.accused, 0U);
  EXPECT_LE(leaf_rails.missed, 1U);
}

TEST(Rails, ANicThatMeetsItsLikeOnlyIsNotToldFromIt) {
  Fabric fabric{{0, 0}, 1, 2};
  std::vector<PairPath> paths;
  for (std::uint32_t round = 0; round < 4; ++round) {
    paths.push_back({0, 1, round, 0, 0, std::log(0.7), 0.01});
    paths.push_back({0, 1, round, 1, 1, 0, 0.01});
  }
  const FabricFaults faults = find_faults(fabric, paths, rail_rule());
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::nic, 0, 0}));
  EXPECT_THAT(faults.culprits[0].alike, ::testing::ElementsAre(Element{Kind::nic, 1, 0}));
  EXPECT_FALSE(faults.culprits[0].is_convicted());
}

TEST(Rails, TurningTheRailsTellsANicFromItsPeer) {
  Fabric fabric{{0, 0}, 1, 4};
  std::vector<PairPath> paths;
  for (std::uint32_t round = 0; round < 4; ++round) {
    for (std::uint32_t rail = 0; rail < 4; ++rail) {
      const double deviation = rail == 2 ? std::log(0.7) : 0;
      paths.push_back({0, 1, round, rail, (rail + round) % 4, deviation, 0.01});
    }
  }
  const FabricFaults faults = find_faults(fabric, paths, rail_rule());
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::nic, 0, 2}));
  EXPECT_TRUE(faults.culprits[0].is_convicted());
}

}  // namespace
}  // namespace plumbline::localisation
