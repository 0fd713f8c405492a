// Rounds of pairs: who meets whom, and who never does.

#include <gmock/gmock.h>

#include <map>
#include <stdexcept>

#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/rails.h"
#include "suites/schedule/random.h"
#include "suites/schedule/round_robin.h"
#include "tests/unit/suites/fleets.h"

namespace plumbline::schedule {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// How often each two nodes meet, the lower one first.
using Meetings = std::map<std::pair<std::size_t, std::size_t>, int>;

Meetings meetings(const std::vector<Round>& rounds) {
  Meetings met;
  for (const Round& round : rounds) {
    for (const Pair& pair : round.pairs) ++met[std::minmax(pair.a, pair.b)];
  }
  return met;
}

/// Every node of the fleet is in one pair, or idle, and not both.
void expect_each_node_once(const Round& round, std::size_t nodes) {
  std::vector<int> seen(nodes, 0);
  for (const Pair& pair : round.pairs) {
    ASSERT_LT(std::max(pair.a, pair.b), nodes);
    ++seen[pair.a];
    ++seen[pair.b];
  }
  for (const std::size_t node : round.idle) ++seen.at(node);
  EXPECT_THAT(seen, ::testing::Each(1));
  EXPECT_TRUE(std::is_sorted(round.idle.begin(), round.idle.end()));
}

TEST(ScheduleRandom, IsSplitmix64) {
  Random random(1234567, {});  // the values that its authors' C code gives
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(ScheduleRandom, IsEvenBelowABound) {
  Random random(7, {});
  std::vector<int> drawn(6, 0);
  for (int i = 0; i < 60000; ++i) ++drawn.at(random.below(6));
  for (const int count : drawn) EXPECT_NEAR(count, 10000, 500);  // 5.5 standard deviations
  EXPECT_EQ(random.below(1), 0U);
}

TEST(ScheduleRandom, KeepsStreamsApart) {
  EXPECT_NE(Random(1, {0}).next(), Random(1, {1}).next());
  EXPECT_NE(Random(1, {0, 1}).next(), Random(1, {1, 0}).next());
  EXPECT_NE(Random(1, {}).next(), Random(1, {0}).next());
}

TEST(RoundRobin, MeetsEveryoneOnce) {
  for (std::size_t n = 2; n <= 65; ++n) {
    std::vector<Round> rounds;
    std::vector<int> idle(n, 0);
    for (std::size_t r = 0; r < round_robin_rounds(n); ++r) {
      rounds.push_back(round_robin(n, r));
      expect_each_node_once(rounds.back(), n);
      for (const std::size_t node : rounds.back().idle) ++idle[node];
    }
    EXPECT_THAT(rounds, SizeIs(n % 2 == 0 ? n - 1 : n));
    const Meetings met = meetings(rounds);
    EXPECT_EQ(met.size(), n * (n - 1) / 2) << n;
    for (const auto& [pair, times] : met) EXPECT_EQ(times, 1) << n;
    EXPECT_THAT(idle, ::testing::Each(n % 2)) << n;
  }
}

TEST(RoundRobin, OfNobodyAndOfOne) {
  EXPECT_EQ(round_robin_rounds(0), 0U);
  EXPECT_EQ(round_robin_rounds(1), 0U);
  EXPECT_THROW(round_robin(1, 0), std::out_of_range);
  EXPECT_THROW(round_robin(4, 3), std::out_of_range);
}

TEST(Shift, SendsAndReceivesOnceInAStep) {
  EXPECT_THAT(shift(3, 2).pairs, ElementsAre(Pair{0, 2}, Pair{1, 0}, Pair{2, 1}));
  std::map<std::pair<std::size_t, std::size_t>, int> sent;
  for (std::size_t step = 1; step < 7; ++step) {
    std::vector<int> receives(7, 0);
    for (const Pair& pair : shift(7, step).pairs) {
      ++sent[{pair.a, pair.b}];
      ++receives[pair.b];
    }
    EXPECT_THAT(receives, ::testing::Each(1));
  }
  EXPECT_EQ(sent.size(), 7U * 6U);
  EXPECT_THROW(shift(3, 0), std::out_of_range);
  EXPECT_THROW(shift(3, 3), std::out_of_range);
}

TEST(WithinLeaves, MeetsEveryoneOfTheLeafOnce) {
  const Fleet fleet = fleet_with({1, 2, 5, 8}, 3);
  ASSERT_EQ(rounds_within_leaves(fleet), 7U);
  std::vector<Round> rounds;
  for (std::size_t r = 0; r < 7; ++r) {
    rounds.push_back(within_leaves(fleet, 11, r));
    expect_each_node_once(rounds.back(), fleet.size());
  }
  const Meetings met = meetings(rounds);
  EXPECT_EQ(met.size(), 1U + 10U + 28U);
  for (const auto& [pair, times] : met) {
    EXPECT_EQ(times, 1);
    EXPECT_EQ(fleet.leaf_of[pair.first], fleet.leaf_of[pair.second]);
  }
  // All leaves at the same time; nobody without a known leaf.
  EXPECT_THAT(rounds[0].pairs, SizeIs(1 + 2 + 4));
  EXPECT_THAT(rounds[0].idle, SizeIs(1 + 1 + 3));
  EXPECT_THROW(within_leaves(fleet, 11, 7), std::out_of_range);
}

TEST(WithinLeaves, AreRandomMatchings) {
  const Fleet fleet = fleet_with({16, 16});
  EXPECT_EQ(within_leaves(fleet, 1, 0), within_leaves(fleet, 1, 0));
  EXPECT_NE(within_leaves(fleet, 1, 0).pairs, within_leaves(fleet, 2, 0).pairs);
  const auto pairs = within_leaves(fleet, 1, 0).pairs;
  std::vector<Pair> other_leaf(pairs.begin() + 8, pairs.end());
  for (Pair& pair : other_leaf) pair = {pair.a - 16, pair.b - 16};
  EXPECT_NE(std::vector<Pair>(pairs.begin(), pairs.begin() + 8), other_leaf);
}

struct Shape {
  const char* name;
  std::vector<std::size_t> leaves;
  std::size_t unplaced;
  std::size_t rounds;
};

class AcrossLeaves : public ::testing::TestWithParam<Shape> {};

TEST_P(AcrossLeaves, MeetsOthersOfOtherLeavesAndNobodyTwice) {
  const Shape& shape = GetParam();
  const Fleet fleet = fleet_with(shape.leaves, shape.unplaced);
  std::size_t largest = 1;
  for (const Leaf& leaf : fleet.leaves) largest = std::max(largest, leaf.nodes.size());
  const std::size_t most_pairs = std::min(fleet.size() / 2, fleet.size() - largest);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto rounds = across_leaves(fleet, seed, shape.rounds);
    ASSERT_EQ(rounds.size(), shape.rounds);
    std::vector<int> tests(fleet.size(), 0);
    for (const Round& round : rounds) {
      expect_each_node_once(round, fleet.size());
      EXPECT_THAT(round.pairs, SizeIs(most_pairs));
      for (const Pair& pair : round.pairs) {
        EXPECT_NE(fleet.leaf_of[pair.a], fleet.leaf_of[pair.b]);
        ++tests[pair.a];
        ++tests[pair.b];
      }
    }
    for (const auto& [pair, times] : meetings(rounds)) EXPECT_EQ(times, 1) << "seed " << seed;
    // Of one leaf nobody is idle twice before another was idle once.
    for (const Leaf& leaf : fleet.leaves) {
      int least = tests[leaf.nodes.front()], most = least;
      for (const std::size_t node : leaf.nodes) {
        least = std::min(least, tests[node]);
        most = std::max(most, tests[node]);
      }
      EXPECT_LE(most - least, 1) << "seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, AcrossLeaves,
    ::testing::Values(Shape{"EqualLeaves", {16, 16, 16, 16}, 0, 4},
                      Shape{"TwoLeaves", {20, 20}, 0, 4}, Shape{"TwoSmallLeaves", {4, 4}, 0, 4},
                      Shape{"TwoNodes", {1, 1}, 0, 1}, Shape{"ThreeNodes", {1, 1, 1}, 0, 3},
                      Shape{"ThreePairs", {2, 2, 2}, 0, 4},
                      Shape{"Uneven", {3, 17, 9, 1, 12}, 0, 4}, Shape{"OddNumber", {7, 7, 7}, 0, 4},
                      Shape{"OneIsHalf", {12, 5, 7}, 0, 4}, Shape{"OneDominates", {30, 5, 6}, 0, 4},
                      Shape{"OneAgainstAll", {9, 1}, 0, 4},
                      Shape{"OddAndDominating", {10, 5, 4}, 0, 4}, Shape{"NoLeafKnown", {}, 50, 4},
                      Shape{"SomeLeavesKnown", {10, 10}, 7, 4}),
    [](const auto& test) { return test.param.name; });

TEST(AcrossLeaves, RepeatOnlyWhereNobodyElseIsThere) {
  // Two leaves of two: two matchings, then they come again.
  const auto rounds = across_leaves(fleet_with({2, 2}), 3, 4);
  for (const auto& [pair, times] : meetings(rounds)) EXPECT_EQ(times, 2);
}

TEST(AcrossLeaves, NeedTwoLeaves) {
  EXPECT_THAT(across_leaves(fleet_with({40}), 1, 4), IsEmpty());
  EXPECT_THAT(across_leaves(fleet_with({}), 1, 4), IsEmpty());
  EXPECT_THAT(across_leaves(fleet_with({}, 1), 1, 4), IsEmpty());
}

TEST(AcrossLeaves, FollowFromTheSeed) {
  const Fleet fleet = fleet_with({3, 3, 2});
  EXPECT_EQ(across_leaves(fleet, 42, 4), across_leaves(fleet, 42, 4));
  EXPECT_NE(across_leaves(fleet, 42, 4), across_leaves(fleet, 43, 4));
}

TEST(AcrossLeaves, ScatterOverLeaves) {
  // The nodes of one leaf meet many leaves in one round: a slow uplink of one shows as such.
  const Fleet fleet = fleet_with(std::vector<std::size_t>(32, 32));
  const auto rounds = across_leaves(fleet, 5, 1);
  std::map<std::size_t, std::vector<bool>> met;
  for (const Pair& pair : rounds.front().pairs) {
    for (const auto& [node, other] : {std::pair{pair.a, pair.b}, std::pair{pair.b, pair.a}}) {
      auto& leaves = met[fleet.leaf_of[node]];
      leaves.resize(32);
      leaves[fleet.leaf_of[other]] = true;
    }
  }
  for (const auto& [leaf, leaves] : met) {
    EXPECT_GT(std::count(leaves.begin(), leaves.end(), true), 12) << leaf;  // about 20 expected
  }
}

TEST(Rails, TurnInsideTheirClass) {
  const std::vector<std::size_t> classes = {0, 1, 0, 1, 0};
  const RailRound first = rotate_rails(classes, classes, 0);
  EXPECT_THAT(first.rails, ElementsAre(Pair{0, 0}, Pair{2, 2}, Pair{4, 4}, Pair{1, 1}, Pair{3, 3}));
  const RailRound second = rotate_rails(classes, classes, 1);
  EXPECT_THAT(second.rails,
              ElementsAre(Pair{0, 2}, Pair{2, 4}, Pair{4, 0}, Pair{1, 3}, Pair{3, 1}));
  EXPECT_THAT(second.left_a, IsEmpty());
  EXPECT_THAT(second.left_b, IsEmpty());
}

TEST(Rails, MeetEachOtherOfTheirClassOnceInATurn) {
  const std::vector<std::size_t> classes(32, 0);
  std::map<std::pair<std::size_t, std::size_t>, int> met;
  for (std::size_t round = 0; round < 32; ++round) {
    for (const Pair& rails : rotate_rails(classes, classes, round).rails) {
      ++met[{rails.a, rails.b}];
    }
  }
  EXPECT_EQ(met.size(), 32U * 32U);
}

TEST(Rails, OfUnequalNodesAreLeftInTurn) {
  const std::vector<std::size_t> three = {0, 0, 0}, two = {0, 0}, other = {7};
  for (std::size_t round = 0; round < 3; ++round) {
    const RailRound more = rotate_rails(three, two, round), fewer = rotate_rails(two, three, round);
    EXPECT_THAT(more.rails, SizeIs(2));
    EXPECT_THAT(more.left_a, ElementsAre((5 - round) % 3));
    EXPECT_THAT(more.left_b, IsEmpty());
    EXPECT_THAT(fewer.rails, SizeIs(2));
    EXPECT_THAT(fewer.left_a, IsEmpty());
    EXPECT_THAT(fewer.left_b, ElementsAre((2 + round) % 3));
  }
  const RailRound apart = rotate_rails(two, other, 0);
  EXPECT_THAT(apart.rails, IsEmpty());
  EXPECT_THAT(apart.left_a, ElementsAre(0, 1));
  EXPECT_THAT(apart.left_b, ElementsAre(0));
}

}  // namespace
}  // namespace plumbline::schedule
