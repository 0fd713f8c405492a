// Who is suspect after a round, and against whom the suspects are tested again.

#include "suites/schedule/suspects.h"

#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <set>

#include "results/schema/file_error.h"
#include "suites/schedule/adaptive.h"
#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/round_robin.h"
#include "tests/unit/schema/scratch_folder.h"
#include "tests/unit/suites/fleets.h"

namespace plumbline::schedule {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Eight nodes; 0-1 gives `rate`, the other three pairs 100.
Standing after_one_round(std::optional<double> rate, const SuspectRule& rule = {}) {
  const std::vector<RoundResults> rounds = {{{0, 1, rate}, {2, 3, 100}, {4, 5, 100}, {6, 7, 100}}};
  return find_suspects(fleet_with({8}), rounds, rule);
}

TEST(FindSuspects, OnTheEdge) {
  EXPECT_THAT(after_one_round(95).suspects, IsEmpty());
  EXPECT_THAT(after_one_round(94.99).suspects, SizeIs(2));
  EXPECT_THAT(after_one_round(94.99, {0.06, 1}).suspects, IsEmpty());
}

TEST(FindSuspects, BothEndsOfASlowPair) {
  const Standing standing = after_one_round(87.7);
  EXPECT_THAT(standing.suspects,
              ElementsAre(Suspect{0, "12.3 % below the median in round 1 with n1"},
                          Suspect{1, "12.3 % below the median in round 1 with n0"}));
  EXPECT_THAT(standing.good, ElementsAre(2, 3, 4, 5, 6, 7));
}

TEST(FindSuspects, WhatHasNoRateFailed) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  for (const std::optional<double> rate :
       {std::optional<double>(), std::optional(0.0), std::optional(-1.0), std::optional(nan),
        std::optional(infinite)}) {
    EXPECT_THAT(after_one_round(rate).suspects,
                ElementsAre(Suspect{0, "failed in round 1 with n1"},
                            Suspect{1, "failed in round 1 with n0"}));
  }
}

TEST(FindSuspects, WhereEverythingFails) {
  const std::vector<RoundResults> rounds = {{{0, 1, {}}, {2, 3, {}}}};
  const Standing standing = find_suspects(fleet_with({4}), rounds);
  EXPECT_THAT(standing.suspects, SizeIs(4));
  EXPECT_THAT(standing.good, IsEmpty());
}

TEST(FindSuspects, EachRoundHasItsOwnMedian) {
  // The second round is slow for all, as after a change of the kind of round.
  const std::vector<RoundResults> rounds = {{{0, 1, 100}, {2, 3, 100}}, {{0, 2, 50}, {1, 3, 50}}};
  const Standing standing = find_suspects(fleet_with({4}), rounds);
  EXPECT_THAT(standing.suspects, IsEmpty());
  EXPECT_THAT(standing.good, ElementsAre(0, 1, 2, 3));
}

TEST(FindSuspects, OfAnEvenNumberTheMedianIsInTheMiddle) {
  // 80 and 100: the median is 90, and 80 is 11 % below.
  const std::vector<RoundResults> rounds = {{{0, 1, 80}, {2, 3, 100}}};
  EXPECT_THAT(find_suspects(fleet_with({4}), rounds).suspects,
              ElementsAre(Suspect{0, "11.1 % below the median in round 1 with n1"},
                          Suspect{1, "11.1 % below the median in round 1 with n0"}));
}

/// Of two relative rates the median would be 0.75, and 0.5 no more than a third below it.
TEST(FindSuspects, OfFewPairsThatAreRelativeTheUsualRateIsTheReference) {
  const std::vector<RoundResults> rounds = {
      {{0, 1, 0.5, "n0 rail1>n1/rail1 efa.write"}, {2, 3, 1.0, "n2 rail0>n3/rail0 efa.write"}}};
  EXPECT_THAT(
      find_suspects(fleet_with({4}), rounds, {.usual = 1}).suspects,
      ElementsAre(
          Suspect{0, "50 % below the median in round 1 with n1: n0 rail1>n1/rail1 efa.write"},
          Suspect{1, "50 % below the median in round 1 with n0: n0 rail1>n1/rail1 efa.write"}));
}

TEST(FindSuspects, ManyPairsHaveAMedianOfTheirOwn) {
  // The least of many noisy rates of a pair is below 1 everywhere.
  RoundResults results;
  for (std::size_t node = 0; node < 16; node += 2) results.push_back({node, node + 1, 0.94});
  const std::vector<RoundResults> rounds = {results};
  EXPECT_THAT(find_suspects(fleet_with({16}), rounds, {.usual = 1}).suspects, IsEmpty());
}

TEST(FindSuspects, WhoWasNotMeasuredIsNeither) {
  const std::vector<RoundResults> rounds = {{{0, 1, 100}}};
  const Standing standing = find_suspects(fleet_with({3}), rounds);
  EXPECT_THAT(standing.suspects, IsEmpty());
  EXPECT_THAT(standing.good, ElementsAre(0, 1));
}

TEST(FindSuspects, AfterSoManyFailingPairs) {
  const std::vector<RoundResults> rounds = {{{0, 1, {}}, {2, 3, 100}, {4, 5, 100}},
                                            {{0, 2, {}}, {1, 4, 100}, {3, 5, 100}}};
  const Standing standing = find_suspects(fleet_with({6}), rounds, {0.05, 2});
  EXPECT_THAT(standing.suspects, ElementsAre(Suspect{0, "failed in round 1 with n1, and 1 more"}));
  EXPECT_THAT(standing.good, ElementsAre(1, 2, 3, 4, 5)) << "1 and 2 failed with the suspect alone";
}

TEST(FindSuspects, WhoFailsWithNoSuspectIsNotGood) {
  const std::vector<RoundResults> rounds = {
      {{0, 1, {}}, {2, 3, 100}}, {{0, 2, 100}, {1, 3, 100}}, {{0, 3, 100}, {1, 2, 100}}};
  const Standing standing = find_suspects(fleet_with({4}), rounds, {0.05, 2});
  EXPECT_THAT(standing.suspects, IsEmpty());
  EXPECT_THAT(standing.good, ElementsAre(2, 3)) << "of 0 and 1 one may be at fault";
}

TEST(FindSuspects, WhoIsGoodWithinItsLeaf) {
  const std::vector<RoundResults> rounds = {{{0, 1, 100}, {2, 3, 60}, {4, 5, 100}, {6, 7, 100}},
                                            {{0, 4, 60}, {1, 5, 60}, {2, 6, 60}, {3, 7, 60}},
                                            {{4, 6, 100}, {5, 7, 100}}};
  const Standing standing = find_suspects(fleet_with({4, 4}), rounds, {.usual = 100});
  EXPECT_THAT(standing.good_within_leaf, ElementsAre(0, 1, 4, 5, 6, 7));
  EXPECT_THAT(find_suspects(fleet_with({}, 8), rounds).good_within_leaf, IsEmpty());
}

TEST(FindSuspects, OneSlowNodeThatEveryoneHasMet) {
  std::vector<RoundResults> rounds;
  for (std::size_t round = 0; round < round_robin_rounds(6); ++round) {
    RoundResults results;
    for (const Pair& pair : round_robin(6, round).pairs) {
      const bool slow = pair.a == 2 || pair.b == 2;
      results.push_back({pair.a, pair.b, slow ? 50 : 100});
    }
    rounds.push_back(results);
  }
  const Standing standing = find_suspects(fleet_with({6}), rounds, {0.05, 2});
  ASSERT_EQ(standing.suspects.size(), 1U);
  EXPECT_EQ(standing.suspects[0].node, 2U);
  EXPECT_THAT(standing.good, ElementsAre(0, 1, 3, 4, 5));
}

TEST(ReadSuspects, FromAFile) {
  const ScratchFolder folder;
  const auto file = folder / "suspects.csv";
  write_file(file, "schema,host,reason\n1,n2,slow NIC\n1,n0,\n1,n2,retransmits\n");
  const auto suspects = read_suspects(file, fleet_with({4}));
  EXPECT_THAT(suspects, ElementsAre(Suspect{0, ""}, Suspect{2, "slow NIC; retransmits"}));

  write_file(file, "schema,host,reason\n1,n2,slow NIC\n1,n9,slow\n");
  try {
    read_suspects(file, fleet_with({4}));
    FAIL() << "took a host that is not in the fleet";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("suspects.csv:3: host: found \"n9\", expected a host of the manifest"));
  }
}

/// All pairs of four nodes; those with one of `slow` have half of the rate.
std::vector<RoundResults> rounds_of_four(const std::set<std::size_t>& slow,
                                         std::vector<Round>& rounds) {
  std::vector<RoundResults> results;
  for (std::size_t round = 0; round < round_robin_rounds(4); ++round) {
    rounds.push_back(round_robin(4, round));
    results.emplace_back();
    for (const Pair& pair : rounds.back().pairs) {
      const bool is_slow = slow.contains(pair.a) || slow.contains(pair.b);
      results.back().push_back({pair.a, pair.b, is_slow ? 0.5 : 1.0});
    }
  }
  return results;
}

std::vector<std::size_t> nodes_of(const std::vector<Suspect>& suspects) {
  std::vector<std::size_t> nodes;
  for (const Suspect& suspect : suspects) nodes.push_back(suspect.node);
  return nodes;
}

TEST(StandingAfter, WhoMetTwoSlowOnesOfFourIsGoodOnceTheyAreNamed) {
  std::vector<Round> rounds;
  const auto results = rounds_of_four({0, 2}, rounds);
  const Fleet fleet = fleet_with({4});
  const Standing by_rule = standing_after(fleet, rounds, results);
  EXPECT_THAT(nodes_of(by_rule.suspects), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(by_rule.good, IsEmpty());
  const Standing named = standing_after(fleet, rounds, results, {{0, "slow"}, {2, "slow"}});
  EXPECT_THAT(named.suspects, ElementsAre(Suspect{0, "slow"}, Suspect{2, "slow"}));
  EXPECT_THAT(named.good, ElementsAre(1, 3));
}

TEST(StandingAfter, WhoIsNamedIsNotGood) {
  std::vector<Round> rounds;
  const auto results = rounds_of_four({1}, rounds);
  const Standing named = standing_after(fleet_with({4}), rounds, results, {{3, "retransmits"}});
  EXPECT_THAT(nodes_of(named.suspects), ElementsAre(3));
  EXPECT_THAT(named.good, ElementsAre(0, 2)) << "they failed with 1 alone, which the rounds tell";
}

TEST(StandingAfter, WhereNobodyIsNamed) {
  std::vector<Round> rounds;
  const auto results = rounds_of_four({}, rounds);
  const Standing named = standing_after(fleet_with({4}), rounds, results, {});
  EXPECT_THAT(named.suspects, IsEmpty());
  EXPECT_THAT(named.good, ElementsAre(0, 1, 2, 3));
}

/// The first `suspects` of these nodes are suspect and the last `good` ones good.
Standing standing_of(const Fleet& fleet, const std::vector<std::size_t>& suspects,
                     std::size_t good) {
  Standing standing;
  for (const std::size_t node : suspects) standing.suspects.push_back({node, "slow"});
  for (std::size_t i = fleet.size() - good; i < fleet.size(); ++i) standing.good.push_back(i);
  return standing;
}

std::vector<std::size_t> first_nodes(std::size_t count) {
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < count; ++i) nodes.push_back(i);
  return nodes;
}

/// What holds for all adaptive rounds.
void expect_fair(const Fleet& fleet, const Standing& standing, const AdaptiveRounds& made) {
  const std::set<std::size_t> good(standing.good.begin(), standing.good.end());
  std::map<std::size_t, std::set<std::size_t>> partners;
  for (const Round& round : made.rounds) {
    std::set<std::size_t> busy;
    EXPECT_EQ(round.kind, RoundKind::suspects);
    EXPECT_EQ(2 * round.pairs.size() + round.idle.size(), fleet.size());
    for (const Pair& pair : round.pairs) {
      EXPECT_TRUE(good.contains(pair.b)) << pair.b << " is not known to be good";
      EXPECT_TRUE(busy.insert(pair.a).second);
      EXPECT_TRUE(busy.insert(pair.b).second);
      EXPECT_TRUE(partners[pair.a].insert(pair.b).second) << "meets a partner again";
    }
  }
}

TEST(AdaptiveRounds, TwoDistinctGoodPartnersOfOtherLeaves) {
  const Fleet fleet = fleet_with({8, 8, 8, 8});
  const Standing standing = standing_of(fleet, {0, 1, 2, 9}, 20);
  const AdaptiveRounds made = adaptive_rounds(fleet, standing, 5);
  ASSERT_THAT(made.rounds, SizeIs(2));
  expect_fair(fleet, standing, made);
  for (const Round& round : made.rounds) {
    EXPECT_THAT(round.pairs, SizeIs(4));
    for (const Pair& pair : round.pairs) EXPECT_NE(fleet.leaf_of[pair.a], fleet.leaf_of[pair.b]);
  }
  EXPECT_THAT(made.incomplete, IsEmpty());
  EXPECT_THAT(made.notes, IsEmpty());
  EXPECT_EQ(made.rounds, adaptive_rounds(fleet, standing, 5).rounds);
  EXPECT_NE(made.rounds, adaptive_rounds(fleet, standing, 6).rounds);
}

TEST(AdaptiveRounds, FindOtherLeavesWhereTheyAreFew) {
  // Good are 14 of the suspects' own leaf and just four others.
  const Fleet fleet = fleet_with({16, 2, 2});
  Standing standing = standing_of(fleet, {0, 1}, 18);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const AdaptiveRounds made = adaptive_rounds(fleet, standing, seed);
    expect_fair(fleet, standing, made);
    for (const Round& round : made.rounds) {
      for (const Pair& pair : round.pairs) EXPECT_GE(pair.b, 16U);
    }
    EXPECT_THAT(made.notes, IsEmpty());
  }
}

TEST(AdaptiveRounds, StayInTheLeafWhereThereIsNoOther) {
  const Fleet fleet = fleet_with({8});
  const AdaptiveRounds made = adaptive_rounds(fleet, standing_of(fleet, {0, 1}, 6), 5);
  EXPECT_THAT(made.rounds, SizeIs(2));
  EXPECT_THAT(made.incomplete, IsEmpty());
  EXPECT_THAT(made.notes, ElementsAre("4 tests within the suspect's leaf: no good node of another "
                                      "leaf is free"));
}

TEST(AdaptiveRounds, TakeTurnsWhereGoodNodesAreFew) {
  const Fleet fleet = fleet_with({4, 4, 4});
  const Standing standing = standing_of(fleet, first_nodes(9), 3);
  const AdaptiveRounds made = adaptive_rounds(fleet, standing, 5);
  expect_fair(fleet, standing, made);
  EXPECT_GE(made.rounds.size(), 6U);  // 9 suspects, twice, 3 at a time
  EXPECT_THAT(made.incomplete, IsEmpty());
  std::vector<int> tests(9, 0);
  for (const Round& round : made.rounds) {
    for (const Pair& pair : round.pairs) ++tests[pair.a];
  }
  EXPECT_THAT(tests, Each(2));
}

TEST(AdaptiveRounds, SayWhoIsLeft) {
  const Fleet fleet = fleet_with({4, 4, 4});
  const Standing one_good = standing_of(fleet, {0, 5}, 1);
  const AdaptiveRounds once = adaptive_rounds(fleet, one_good, 5);
  expect_fair(fleet, one_good, once);
  EXPECT_THAT(once.rounds, SizeIs(2));
  EXPECT_THAT(once.incomplete, ElementsAre(0, 5));
  EXPECT_THAT(once.notes, ElementsAre("2 suspects cannot be tested 2 times with different good "
                                      "nodes in 2 rounds: 1 node is known to be good"));

  const AdaptiveRounds short_of_rounds =
      adaptive_rounds(fleet, standing_of(fleet, first_nodes(9), 3), 5, 2, 3);
  EXPECT_THAT(short_of_rounds.rounds, SizeIs(3));
  EXPECT_THAT(short_of_rounds.incomplete, SizeIs(9));
  EXPECT_THAT(short_of_rounds.notes,
              Contains("9 suspects cannot be tested 2 times with different good nodes in 3 "
                       "rounds: 3 nodes are known to be good"));

  const AdaptiveRounds none = adaptive_rounds(fleet, standing_of(fleet, {0, 5, 7}, 0), 5);
  EXPECT_THAT(none.rounds, IsEmpty());
  EXPECT_THAT(none.incomplete, ElementsAre(0, 5, 7));
  EXPECT_THAT(none.notes, ElementsAre("no node is known to be good: 3 suspects cannot be tested"));

  const AdaptiveRounds nothing = adaptive_rounds(fleet, standing_of(fleet, {}, 12), 5);
  EXPECT_THAT(nothing.rounds, IsEmpty());
  EXPECT_THAT(nothing.notes, IsEmpty());
}

TEST(AdaptiveRounds, NeverTakeASuspectForGood) {
  const Fleet fleet = fleet_with({}, 4);
  Standing standing = standing_of(fleet, {0, 1}, 2);
  standing.good.push_back(0);  // whoever asked was not careful
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const Round& round : adaptive_rounds(fleet, standing, seed).rounds) {
      for (const Pair& pair : round.pairs) EXPECT_GE(pair.b, 2U);
    }
  }
}

/// The whole way: four rounds across, a node at 88 %, and only it is slow with both good partners.
TEST(AdaptiveRounds, LeaveTheSlowNodeAlone) {
  const Fleet fleet = fleet_with({8, 8, 8, 8});
  constexpr std::size_t slow = 13;
  const auto measured = [&](const Round& round) {
    RoundResults results;
    for (const Pair& pair : round.pairs) {
      results.push_back({pair.a, pair.b, pair.a == slow || pair.b == slow ? 88.0 : 100.0});
    }
    return results;
  };
  std::vector<RoundResults> results;
  for (const Round& round : across_leaves(fleet, 9, 4)) results.push_back(measured(round));
  const Standing standing = find_suspects(fleet, results);
  ASSERT_THAT(standing.suspects, SizeIs(5));  // it and its four partners
  std::map<std::size_t, int> slow_tests;
  for (const Round& round : adaptive_rounds(fleet, standing, 9).rounds) {
    for (const PairResult& result : measured(round)) slow_tests[result.a] += result.rate < 95.0;
  }
  for (const auto& [node, count] : slow_tests) EXPECT_EQ(count, node == slow ? 2 : 0);
}

TEST(AdaptiveRounds, WhoWasSlowWithinItsLeafIsTestedThereOnce) {
  const Fleet fleet = fleet_with({8, 8, 8, 8});
  Standing standing = standing_of(fleet, {0, 1, 2}, 29);
  for (std::size_t node = 2; node < fleet.size(); ++node) standing.good_within_leaf.push_back(node);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const AdaptiveRounds made = adaptive_rounds(fleet, standing, seed);
    expect_fair(fleet, standing, made);
    ASSERT_THAT(made.rounds, SizeIs(2));
    std::vector<int> within(3);
    for (const Round& round : made.rounds) {
      EXPECT_THAT(round.pairs, SizeIs(3));
      for (const Pair& pair : round.pairs) {
        within[pair.a] += fleet.leaf_of[pair.a] == fleet.leaf_of[pair.b] ? 1 : 0;
      }
    }
    EXPECT_THAT(within, ElementsAre(1, 1, 0));  // the last was good there
    EXPECT_THAT(made.notes, IsEmpty());
  }
}

/// Across leaves all are slow below a slow leaf. Of a slow node there and its partner within the
/// leaf, who is at fault shows only with others of the leaf.
TEST(AdaptiveRounds, BelowASlowLeafFindTheSlowNodeToo) {
  const Fleet fleet = fleet_with({8, 8, 8, 8});
  constexpr std::size_t slow_leaf = 1, slow = 13;
  const auto measured = [&](const Round& round) {
    RoundResults results;
    for (const auto& [a, b] : round.pairs) {
      const bool crosses = fleet.leaf_of[a] != fleet.leaf_of[b];
      double rate = 100;
      if (crosses && (fleet.leaf_of[a] == slow_leaf || fleet.leaf_of[b] == slow_leaf)) rate = 80;
      if (a == slow || b == slow) rate = std::min(rate, 88.0);
      results.push_back({a, b, rate});
    }
    return results;
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<Round> rounds = {within_leaves(fleet, seed, 0)};
    for (Round& round : across_leaves(fleet, seed, 4)) rounds.push_back(std::move(round));
    std::vector<RoundResults> results;
    for (const Round& round : rounds) results.push_back(measured(round));
    const Standing standing = find_suspects(fleet, results, {.failing_pairs = 2});
    ASSERT_EQ(std::ranges::count_if(
                  standing.suspects,
                  [&](const Suspect& suspect) { return fleet.leaf_of[suspect.node] == slow_leaf; }),
              8);
    std::map<std::size_t, double> within;  // of the slow leaf, by suspect
    const AdaptiveRounds made = adaptive_rounds(fleet, standing, seed);
    for (const Round& round : made.rounds) {
      for (const PairResult& result : measured(round)) {
        if (fleet.leaf_of[result.a] != fleet.leaf_of[result.b]) continue;
        EXPECT_EQ(fleet.leaf_of[result.a], slow_leaf);
        EXPECT_TRUE(within.emplace(result.a, *result.rate).second) << "twice within the leaf";
      }
    }
    ASSERT_THAT(within, SizeIs(2)) << "the slow node and its partner";
    for (const auto& [node, rate] : within) EXPECT_EQ(rate, node == slow ? 88 : 100);
    EXPECT_THAT(made.incomplete, IsEmpty());
    EXPECT_THAT(made.notes, IsEmpty());
  }
}

}  // namespace
}  // namespace plumbline::schedule
