// Fleets from manifests, groups of nodes, and the plan with its text.

#include "suites/schedule/plan.h"

#include <gmock/gmock.h>

#include <set>
#include <stdexcept>

#include "suites/schedule/group.h"
#include "suites/schedule/plan_text.h"
#include "tests/golden.h"
#include "tests/unit/suites/fleets.h"

namespace plumbline::schedule {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Fleet, KnowsLeavesByTheirWholePath) {
  Manifest manifest(6);
  const auto place = [&](std::size_t i, const char* top, const char* middle, const char* leaf) {
    manifest[i].host = "n" + std::to_string(i);
    manifest[i].network_node_1 = top;
    manifest[i].network_node_2 = middle;
    manifest[i].network_node_3 = leaf;
  };
  place(0, "t", "m2", "b");
  place(1, "", "", "");
  place(2, "t", "m1", "c");
  place(3, "t", "m2", "b");
  place(4, "t", "m2", "");  // two layers: m2 is its leaf
  place(5, "", "", "");
  const Fleet fleet = fleet_of(manifest);
  EXPECT_THAT(fleet.hosts, ElementsAre("n0", "n1", "n2", "n3", "n4", "n5"));
  std::vector<std::pair<std::string, std::vector<std::size_t>>> leaves;
  for (const Leaf& leaf : fleet.leaves) leaves.emplace_back(leaf.name, leaf.nodes);
  using Nodes = std::vector<std::size_t>;
  EXPECT_THAT(leaves, ElementsAre(std::pair("c", Nodes{2}), std::pair("m2", Nodes{4}),
                                  std::pair("b", Nodes{0, 3}), std::pair("", Nodes{1}),
                                  std::pair("", Nodes{5})));
  EXPECT_THAT(fleet.leaf_of, ElementsAre(2, 3, 0, 2, 1, 4));
}

/// Each node is in one group or idle; all groups have `size` nodes.
void expect_groups(const GroupRound& round, std::size_t nodes, std::size_t size) {
  std::vector<int> seen(nodes, 0);
  for (const Group& group : round.groups) {
    EXPECT_THAT(group.nodes, SizeIs(size));
    for (const std::size_t node : group.nodes) ++seen.at(node);
  }
  for (const std::size_t node : round.idle) ++seen.at(node);
  EXPECT_THAT(seen, Each(1));
  EXPECT_THAT(round.groups, SizeIs(nodes / size));
}

TEST(CollectiveGroups, FillLeavesFirst) {
  const Fleet fleet = fleet_with({8, 5, 3}, 2);
  for (const std::size_t size : {2U, 4U, 8U, 18U}) {
    const GroupRound round = collective_groups(fleet, size, 1);
    expect_groups(round, 18, size);
    std::size_t within = 0;
    for (const Group& group : round.groups) {
      std::set<std::size_t> leaves;
      for (const std::size_t node : group.nodes) leaves.insert(fleet.leaf_of[node]);
      EXPECT_EQ(group.within_leaf, leaves.size() == 1);
      within += group.within_leaf ? 1 : 0;
    }
    EXPECT_EQ(within, 8 / size + 5 / size + 3 / size);
  }
  EXPECT_EQ(collective_groups(fleet, 4, 1), collective_groups(fleet, 4, 1));
  EXPECT_NE(collective_groups(fleet, 4, 1), collective_groups(fleet, 4, 2));
}

TEST(CollectiveGroups, AcrossLeavesKeepNeighboursTogether) {
  const GroupRound round = collective_groups(fleet_with({2, 2, 2, 2}), 4, 1);
  ASSERT_THAT(round.groups, SizeIs(2));
  EXPECT_THAT(round.groups[0].nodes, ::testing::UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_THAT(round.groups[1].nodes, ::testing::UnorderedElementsAre(4, 5, 6, 7));
}

TEST(CollectiveGroups, OfTooFewNodesAndOfOne) {
  EXPECT_THAT(collective_groups(fleet_with({3}), 4, 1).groups, IsEmpty());
  EXPECT_THAT(collective_groups(fleet_with({3}), 4, 1).idle, ElementsAre(0, 1, 2));
  EXPECT_THROW(collective_groups(fleet_with({3}), 1, 1), std::invalid_argument);
}

TEST(GroupSizes, DoubleUpToTheFleet) {
  EXPECT_THAT(group_sizes(0), IsEmpty());
  EXPECT_THAT(group_sizes(1), IsEmpty());
  EXPECT_THAT(group_sizes(2), ElementsAre(2));
  EXPECT_THAT(group_sizes(3), ElementsAre(2, 3));
  EXPECT_THAT(group_sizes(16), ElementsAre(2, 4, 8, 16));
  EXPECT_THAT(group_sizes(20), ElementsAre(2, 4, 8, 16, 20));
}

TEST(Incast, EachNodeOfAGroupReceivesOnce) {
  const Fleet fleet = fleet_with({8, 8}, 1);
  for (const std::size_t senders : {2U, 4U, 8U}) {
    std::vector<int> received(17, 0);
    for (std::size_t round = 0; round <= senders; ++round) {
      const GroupRound made = incast(fleet, senders, 3, round);
      expect_groups(made, 17, senders + 1);
      for (const Group& group : made.groups) ++received[group.nodes.front()];
    }
    const std::size_t idle = 17 % (senders + 1);
    EXPECT_EQ(std::count(received.begin(), received.end(), 1), 17 - static_cast<int>(idle));
    EXPECT_EQ(std::count(received.begin(), received.end(), 0), static_cast<int>(idle));
  }
  EXPECT_NE(incast(fleet, 2, 3, 0).groups, incast(fleet, 2, 3, 3).groups);
  EXPECT_TRUE(incast(fleet_with({3}), 2, 3, 0).groups.at(0).within_leaf);
  EXPECT_FALSE(incast(fleet_with({2}, 1), 2, 3, 0).groups.at(0).within_leaf);
  EXPECT_THROW(incast(fleet, 0, 3, 0), std::invalid_argument);
}

TEST(Plan, OfAFewHostsMeetsEveryone) {
  const Fleet fleet = fleet_with({16, 16});
  const Plan plan = plan_rounds(fleet, 1);
  EXPECT_THAT(plan.rounds, SizeIs(31));
  EXPECT_EQ(plan.rounds.front().kind, RoundKind::round_robin);
  EXPECT_THAT(tests_of_nodes(fleet, plan.rounds), Each(31));
  EXPECT_THAT(plan.notes, IsEmpty());
}

TEST(Plan, OfMoreHostsMeetsSomeWithinAndAcross) {
  const Fleet fleet = fleet_with({11, 11, 11});
  const Plan plan = plan_rounds(fleet, 1);
  std::vector<RoundKind> kinds;
  for (const Round& round : plan.rounds) kinds.push_back(round.kind);
  using enum RoundKind;
  EXPECT_THAT(kinds, ElementsAre(within_leaves, across_leaves, across_leaves, across_leaves,
                                 across_leaves));
  EXPECT_EQ(plan_rounds(fleet, 1).rounds, plan.rounds);
  EXPECT_NE(plan_rounds(fleet, 2).rounds, plan.rounds);
}

TEST(Plan, OfOneLeafHasAsManyTests) {
  const Fleet fleet = fleet_with({40});
  const Plan plan = plan_rounds(fleet, 1);
  EXPECT_THAT(plan.rounds, SizeIs(5));
  EXPECT_THAT(tests_of_nodes(fleet, plan.rounds), Each(5));
}

TEST(Plan, OfALeafThatDominatesTestsEveryone) {
  const Fleet fleet = fleet_with({40, 4});
  const auto tests = tests_of_nodes(fleet, plan_rounds(fleet, 1).rounds);
  EXPECT_GE(*std::min_element(tests.begin(), tests.end()), 5U);
}

TEST(Plan, WithoutKnownLeavesMeetsAnyone) {
  const Fleet fleet = fleet_with({}, 40);
  const Plan plan = plan_rounds(fleet, 1);
  EXPECT_THAT(plan.rounds, SizeIs(4));
  EXPECT_THAT(tests_of_nodes(fleet, plan.rounds), Each(4));
  EXPECT_THAT(plan.notes, ElementsAre("40 of 40 nodes have no leaf in the manifest: each counts as "
                                      "a leaf of its own"));
}

TEST(Plan, OfOnePartnerEachTakesOneRoundIfNobodyIsIdleInIt) {
  EXPECT_THAT(plan_rounds(fleet_with({16, 16}), 1, {.partners = 1}).rounds, SizeIs(1));
  EXPECT_THAT(plan_rounds(fleet_with({7}), 1, {.partners = 1}).rounds, SizeIs(2));
  const Fleet odd_leaves = fleet_with({11, 11, 11});
  const Plan plan = plan_rounds(odd_leaves, 1, {.partners = 1});
  const auto tests = tests_of_nodes(odd_leaves, plan.rounds);
  EXPECT_EQ(*std::min_element(tests.begin(), tests.end()), 1U);
  EXPECT_LE(plan.rounds.size(), 3U);
  EXPECT_EQ(plan.rounds.front(), plan_rounds(odd_leaves, 1).rounds.front());
}

TEST(Plan, OfMorePartnersThanThereAreHasAllRounds) {
  EXPECT_THAT(plan_rounds(fleet_with({4}), 1, {.partners = 9}).rounds, SizeIs(3));
}

TEST(Plan, OfOneNodeSaysThatItMeetsNobody) {
  EXPECT_THAT(plan_rounds(fleet_with({1}), 1).notes, ElementsAre("1 of 1 nodes meet nobody"));
  EXPECT_THAT(plan_rounds(fleet_with({}), 1).rounds, IsEmpty());
  EXPECT_THAT(plan_rounds(fleet_with({1, 1}), 1).rounds, SizeIs(1));
}

TEST(Plan, SaysThatPairsComeAgain) {
  PlanRule rule;
  rule.round_robin_up_to = 0;
  EXPECT_THAT(plan_rounds(fleet_with({2, 2}), 1, rule).notes,
              ElementsAre("4 pairs meet again: there are too few other partners"));
}

/// One text that holds seeds, rounds and wording in place on every platform.
TEST(PlanText, IsReadByAPerson) {
  PlanRule rule;
  rule.round_robin_up_to = 2;
  const Fleet small = fleet_with({4, 3}, 2);
  const Fleet large = fleet_with(std::vector<std::size_t>(25, 16), 1);
  std::string text = plan_text(plan_rounds(small, 42, rule), small, Seconds{5}, true);
  text += "\n----\n" + plan_text(plan_rounds(large, 42), large, Seconds{8}, false);
  text +=
      "\n----\n" + plan_text(plan_rounds(fleet_with({3}), 42), fleet_with({3}), Seconds{5}, true);
  text += "\n----\n" +
          plan_text(plan_rounds(fleet_with({}, 1), 42), fleet_with({}, 1), Seconds{5}, true);
  expect_golden(GOLDENS "/plans.txt", text);
}

}  // namespace
}  // namespace plumbline::schedule
