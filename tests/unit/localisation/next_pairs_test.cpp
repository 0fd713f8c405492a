#include "reports/localisation/next_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace plumbline::localisation {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Fabric leaves_of(std::uint32_t nodes_per_leaf, std::uint32_t leaves) {
  Fabric fabric;
  for (std::uint32_t node = 0; node < nodes_per_leaf * leaves; ++node) {
    fabric.leaf_of.push_back(node / nodes_per_leaf);
  }
  fabric.leaves = leaves;
  return fabric;
}

FabricFaults suspecting(std::vector<std::uint32_t> nodes) {
  FabricFaults faults;
  faults.suspects = std::move(nodes);
  return faults;
}

void expect_matchings(const std::vector<std::vector<NodePair>>& lists) {
  for (const auto& pairs : lists) {
    std::set<std::uint32_t> seen;
    for (const auto& [a, b] : pairs) {
      EXPECT_TRUE(seen.insert(a).second) << a << " is in two pairs of one list";
      EXPECT_TRUE(seen.insert(b).second) << b << " is in two pairs of one list";
    }
  }
}

TEST(NextPairs, NobodyIsSuspect) {
  EXPECT_THAT(next_pairs(leaves_of(4, 4), suspecting({}), 1), IsEmpty());
}

TEST(NextPairs, EachSuspectMeetsTwoGoodNodesOfOtherLeaves) {
  const Fabric fabric = leaves_of(4, 4);
  const auto lists = next_pairs(fabric, suspecting({1, 6}), 1);
  ASSERT_THAT(lists, SizeIs(2));
  expect_matchings(lists);
  std::set<NodePair> met;
  for (const auto& pairs : lists) {
    ASSERT_THAT(pairs, SizeIs(2));
    for (const auto& [suspect, partner] : pairs) {
      EXPECT_TRUE(suspect == 1 || suspect == 6);
      EXPECT_TRUE(partner != 1 && partner != 6);
      EXPECT_NE(fabric.leaf_of[suspect], fabric.leaf_of[partner]);
      EXPECT_TRUE(met.emplace(suspect, partner).second) << "the same partner proves nothing new";
    }
  }
}

TEST(NextPairs, WhereThereIsOneLeafThePartnerIsOfIt) {
  const auto lists = next_pairs(leaves_of(4, 1), suspecting({2}), 1);
  ASSERT_THAT(lists, SizeIs(2));
  EXPECT_THAT(lists[0], SizeIs(1));
}

TEST(NextPairs, WhereNoGoodNodeIsLeftOneThatWasNotFoundSlow) {
  FabricFaults faults = suspecting({0, 1, 2, 3});
  faults.culprits.push_back({.element = {Kind::node, 0, 0}});
  const auto lists = next_pairs(leaves_of(2, 2), faults, 1);
  ASSERT_FALSE(lists.empty());
  expect_matchings(lists);
  for (const auto& pairs : lists) {
    for (const auto& [suspect, partner] : pairs) EXPECT_NE(partner, 0U);
  }
}

TEST(NextPairs, BelowASlowLeafAllMeetAndEightLookAcross) {
  const Fabric fabric = leaves_of(16, 4);
  FabricFaults faults = suspecting({3, 20, 21});  // 20 and 21 stand below the slow leaf
  faults.slow_leaves = {1};
  const auto lists = next_pairs(fabric, faults, 7);
  ASSERT_THAT(lists, SizeIs(4));
  expect_matchings(lists);
  for (std::size_t i = 0; i < lists.size(); i += 2) {
    EXPECT_THAT(lists[i], SizeIs(8 + 1)) << "the leaf within itself, and suspect 3";
    EXPECT_THAT(lists[i + 1], SizeIs(8));
    for (const auto& [member, partner] : lists[i + 1]) {
      EXPECT_EQ(fabric.leaf_of[member], 1U);
      EXPECT_NE(member, 20U);
      EXPECT_NE(fabric.leaf_of[partner], 1U);
      EXPECT_NE(partner, 3U);
    }
  }
}

TEST(NextPairs, TheSeedMakesThemAgain) {
  const Fabric fabric = leaves_of(8, 8);
  const FabricFaults faults = suspecting({1, 17, 40});
  EXPECT_EQ(next_pairs(fabric, faults, 5), next_pairs(fabric, faults, 5));
  EXPECT_NE(next_pairs(fabric, faults, 5), next_pairs(fabric, faults, 6));
}

}  // namespace
}  // namespace plumbline::localisation
