#include "reports/localisation/fabric_culprits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "tests/unit/localisation/fabric_world.h"

namespace plumbline::localisation {
namespace {

using ::testing::ElementsAre;
using testing::FabricWorld;
using ::testing::IsEmpty;
using testing::Score;
using testing::simulate;
using testing::SimulatedFabric;
using ::testing::SizeIs;

constexpr double sigma = 0.01;

Fabric leaves_of_four(std::uint32_t leaves) {
  Fabric fabric;
  for (std::uint32_t node = 0; node < 4 * leaves; ++node) fabric.leaf_of.push_back(node / 4);
  fabric.leaves = leaves;
  return fabric;
}

/// In round r node i of each leaf meets node i + r of the next leaf; round 0 is within leaves.
std::vector<PairPath> rounds_of(const Fabric& fabric, std::uint32_t rounds) {
  std::vector<PairPath> paths;
  const std::uint32_t nodes = fabric.nodes();
  for (std::uint32_t node = 0; node < nodes; node += 2) {
    paths.push_back({node, node + 1, 0, 0, 0, 0, sigma});
  }
  for (std::uint32_t round = 1; round < rounds; ++round) {
    for (std::uint32_t node = 0; node < nodes / 2; ++node) {
      const std::uint32_t other = nodes / 2 + (node + 5 * round) % (nodes / 2);
      paths.push_back({node, other, round, 0, 0, 0, sigma});
    }
  }
  return paths;
}

template <class Is>
void slow_down(std::vector<PairPath>& paths, double factor, Is is_slow) {
  for (PairPath& path : paths) {
    if (is_slow(path)) path.deviation = std::min(path.deviation, std::log(factor));
  }
}

bool meets(const PairPath& path, std::uint32_t node) { return path.a == node || path.b == node; }

TEST(FabricCulprits, NothingMeasured) {
  const FabricFaults faults = find_faults(leaves_of_four(2), {});
  EXPECT_THAT(faults.culprits, IsEmpty());
  EXPECT_THAT(faults.suspects, IsEmpty());
}

TEST(FabricCulprits, ANodeThatIsSlowWithEveryone) {
  const Fabric fabric = leaves_of_four(6);
  auto paths = rounds_of(fabric, 4);
  slow_down(paths, 0.8, [](const PairPath& path) { return meets(path, 9); });
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::node, 9, 0}));
  EXPECT_TRUE(faults.culprits[0].is_convicted());
  EXPECT_NEAR(faults.culprits[0].deficit, 0.2, 1e-9);
  EXPECT_THAT(faults.suspects, ElementsAre(9)) << "its partners are cleared";
}

TEST(FabricCulprits, OfTwoNodesNoneIsBlamed) {
  const Fabric fabric{{0, 0}, 1, 0};
  const std::vector<PairPath> paths(4, {0, 1, 0, 0, 0, std::log(0.8), sigma});
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_FALSE(faults.culprits[0].is_convicted());
  EXPECT_THAT(faults.culprits[0].alike, ElementsAre(Element{Kind::node, 1, 0}));
}

/// The same paths by each of four NICs.
std::vector<PairPath> with_four_rails(const std::vector<PairPath>& paths) {
  std::vector<PairPath> all;
  for (PairPath path : paths) {
    for (std::uint32_t rail = 0; rail < 4; ++rail) {
      path.rail_a = path.rail_b = rail;
      all.push_back(path);
    }
  }
  return all;
}

/// Nodes 8 to 11 are below a slow leaf, where node 9 is a little less slow. Within the leaf it
/// meets node 8, and `others`.
FabricFaults faults_below_a_slow_leaf(const std::vector<std::uint32_t>& others) {
  Fabric fabric = leaves_of_four(6);
  fabric.rails = 4;
  auto paths = rounds_of(fabric, 4);
  for (const std::uint32_t other : others) paths.push_back({9, other, 4, 0, 0, 0, sigma});
  slow_down(paths, 0.8, [&](const PairPath& path) {
    return fabric.leaf_of[path.a] != fabric.leaf_of[path.b] &&
           (fabric.leaf_of[path.a] == 2 || fabric.leaf_of[path.b] == 2);
  });
  slow_down(paths, 0.82, [](const PairPath& path) { return meets(path, 9); });
  FabricRule rule = rail_rule();
  rule.leaf_round = FabricRule().leaf_round;
  return find_faults(fabric, with_four_rails(paths), rule);
}

TEST(FabricCulprits, ANodeBelowASlowLeafIsNotTakenForItsPartner) {
  const FabricFaults faults = faults_below_a_slow_leaf({});
  EXPECT_THAT(faults.slow_leaves, ElementsAre(2));
  std::set<Element> named;
  for (const Culprit& culprit : faults.culprits) {
    if (culprit.element.kind == Kind::leaf) continue;
    EXPECT_FALSE(culprit.is_convicted()) << kind_names[culprit.element.kind];
    named.insert(culprit.element);
    named.insert(culprit.alike.begin(), culprit.alike.end());
  }
  EXPECT_TRUE(named.contains({Kind::node, 8, 0}));
  EXPECT_TRUE(named.contains({Kind::node, 9, 0}));
  EXPECT_THAT(faults.suspects, ElementsAre(8, 9));
}

TEST(FabricCulprits, ANodeBelowASlowLeafIsNamedOnceItMetTwoWithinIt) {
  const FabricFaults faults = faults_below_a_slow_leaf({10, 11});
  const auto node =
      std::ranges::find(faults.culprits, Element{Kind::node, 9, 0}, &Culprit::element);
  ASSERT_NE(node, faults.culprits.end());
  EXPECT_TRUE(node->is_convicted());
}

TEST(FabricCulprits, ASlowPairOfASingleRoundMakesBothSuspect) {
  const Fabric fabric = leaves_of_four(6);
  auto paths = rounds_of(fabric, 1);
  slow_down(paths, 0.8, [](const PairPath& path) { return meets(path, 9); });
  const FabricFaults faults = find_faults(fabric, paths);
  EXPECT_TRUE(std::ranges::none_of(faults.culprits, &Culprit::is_convicted));
  ASSERT_THAT(faults.culprits, SizeIs(1)) << "both ends explain it equally well";
  EXPECT_THAT(faults.culprits[0].alike, SizeIs(1));
  EXPECT_THAT(faults.suspects, ElementsAre(8, 9));
}

TEST(FabricCulprits, ALeafWhoseUplinksAreSlow) {
  const Fabric fabric = leaves_of_four(6);
  auto paths = rounds_of(fabric, 5);
  slow_down(paths, 0.8, [&](const PairPath& path) {
    return fabric.leaf_of[path.a] != fabric.leaf_of[path.b] &&
           (fabric.leaf_of[path.a] == 1 || fabric.leaf_of[path.b] == 1);
  });
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::leaf, 1, 0}));
  EXPECT_TRUE(faults.culprits[0].is_convicted());
  EXPECT_THAT(faults.slow_leaves, ElementsAre(1));
}

TEST(FabricCulprits, ALeafIsNotConvictedByTwoRounds) {
  const Fabric fabric = leaves_of_four(6);
  auto paths = rounds_of(fabric, 3);
  slow_down(paths, 0.8, [&](const PairPath& path) {
    return path.round > 0 && (fabric.leaf_of[path.a] == 1 || fabric.leaf_of[path.b] == 1);
  });
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element.kind, Kind::leaf);
  EXPECT_FALSE(faults.culprits[0].is_convicted());
  EXPECT_THAT(faults.slow_leaves, ElementsAre(1)) << "but it is measured again";
}

TEST(FabricCulprits, ACongestedRoundIsNoBrokenSwitch) {
  const Fabric fabric = leaves_of_four(6);
  auto paths = rounds_of(fabric, 5);
  slow_down(paths, 0.7, [&](const PairPath& path) {
    return path.round == 2 && (fabric.leaf_of[path.a] == 1 || fabric.leaf_of[path.b] == 1);
  });
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::leaf_round, 1, 2}));
}

TEST(FabricCulprits, ALeafOfOneNodeIsThatNode) {
  Fabric fabric{{0, 1, 2, 3, 4, 5}, 6, 0};
  std::vector<PairPath> paths;
  for (std::uint32_t a = 0; a < 6; ++a) {
    for (std::uint32_t b = a + 1; b < 6; ++b) {
      paths.push_back({a, b, a, 0, 0, a == 2 || b == 2 ? std::log(0.8) : 0, sigma});
    }
  }
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::node, 2, 0}));
  EXPECT_TRUE(faults.culprits[0].is_convicted());
}

TEST(FabricCulprits, ASmallerFleetLosesNoVerdictOfAnother) {
  const Fabric fabric = leaves_of_four(8);
  auto paths = rounds_of(fabric, 5);
  slow_down(paths, 0.75, [](const PairPath& path) { return meets(path, 9); });
  std::erase_if(paths, [](const PairPath& path) { return meets(path, 30); });
  const FabricFaults faults = find_faults(fabric, paths);
  ASSERT_THAT(faults.culprits, SizeIs(1));
  EXPECT_EQ(faults.culprits[0].element, (Element{Kind::node, 9, 0}));
}

// Of 2,000 nodes 1 % are slow by 5 to 30 %: 4 rounds and 2 of suspects find them, 50 fleets.
TEST(FabricCulprits, RoundsAndSuspectsFindWhatIsSlow) {
  Score all;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) all += simulate(FabricWorld{}, seed, 4, 2);
  EXPECT_GE(all.precision(), 0.995);
  EXPECT_GE(all.recall(), 0.995);
  EXPECT_LE(all.accused, 2U);
  EXPECT_EQ(all.leaves_missed, 0U);
  EXPECT_GT(all.found, 900U);
}

TEST(FabricCulprits, CongestionConvictsNoLeaf) {
  const FabricWorld world{.slow_leaves = 0.02, .congested = 0.02};
  Score all;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) all += simulate(world, seed, 4, 2);
  EXPECT_GE(all.leaf_precision(), 0.95);
  EXPECT_GT(all.leaves_found, 20U);
  EXPECT_GE(all.precision(), 0.995);
  EXPECT_GE(all.recall(), 0.995);
}

TEST(FabricCulprits, HeavyTailsAndManyTransientsAccuseHardlyAnyone) {
  for (const FabricWorld& world :
       {FabricWorld{.heavy_tails = true}, FabricWorld{.transients = 0.10}}) {
    Score all;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) all += simulate(world, seed, 4, 2);
    EXPECT_GE(all.precision(), 0.99);
    EXPECT_GE(all.recall(), 0.99);
  }
}

TEST(FabricCulprits, SmallFleets) {
  for (const std::uint32_t nodes : {8U, 16U, 32U}) {
    Score all;
    const FabricWorld world{.nodes = nodes, .slow_nodes = 0.06};
    for (std::uint64_t seed = 1; seed <= 4000 / nodes; ++seed) all += simulate(world, seed, 4, 2);
    EXPECT_GE(all.precision(), 0.99) << nodes;
    EXPECT_GE(all.recall(), 0.97) << nodes;
  }
}

TEST(FabricCulprits, WithoutRoundsOfSuspectsLessIsCertain) {
  Score without;
  Score with;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    without += simulate(FabricWorld{}, seed, 2, 0);
    with += simulate(FabricWorld{}, seed, 2, 2);
  }
  EXPECT_LT(without.recall(), 0.98) << "else this world would be too easy for the tests above";
  EXPECT_GE(with.recall(), 0.99);
}

TEST(FabricCulprits, TheOrderOfTheRowsDoesNotMatter) {
  SimulatedFabric fleet({}, 3);
  fleet.measure_rounds(4);
  const auto before = fleet.find();
  auto rates = fleet.rates();
  std::mt19937_64 random(4);
  std::shuffle(rates.begin(), rates.end(), random);
  const auto deviations = deviations_of(fleet.fabric(), rates, {50.0, 0.01});
  const auto after = find_faults(fleet.fabric(), deviations.paths);
  ASSERT_EQ(after.culprits.size(), before.culprits.size());
  for (std::size_t i = 0; i < before.culprits.size(); ++i) {
    EXPECT_EQ(after.culprits[i].element, before.culprits[i].element);
    EXPECT_EQ(after.culprits[i].gain, before.culprits[i].gain);
  }
  EXPECT_EQ(after.suspects, before.suspects);
}

}  // namespace
}  // namespace plumbline::localisation
