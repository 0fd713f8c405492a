#include "reports/judging/fabric_pictures.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "reports/judging/judge_runs.h"
#include "tests/unit/judging/pair_runs.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;

class FabricPicturesTest : public ::testing::Test {
 protected:
  /// The pictures of a run of pairs, as `plumbline report` has them.
  std::vector<FabricPicture> pictures_of(const PairRun& run) {
    const RunDirectory directory = results_.run("r1", rows_of(run), manifest_of(run));
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    return judge_runs(std::vector{directory}, store,
                      [](const NodeEvaluation&, std::span<const Measurement>) {})
        .fabric;
  }
  ResultsFolder results_;
};

const FabricCell* between(const std::vector<FabricCell>& cells, std::uint32_t a, std::uint32_t b) {
  const auto found = std::ranges::find_if(
      cells, [&](const FabricCell& c) { return c.a == std::min(a, b) && c.b == std::max(a, b); });
  return found == cells.end() ? nullptr : &*found;
}

TEST_F(FabricPicturesTest, AllPairsOfASmallFleet) {
  const auto pictures = pictures_of({});
  ASSERT_EQ(pictures.size(), 1U);
  const FabricPicture& picture = pictures.front();
  EXPECT_EQ(picture.name, "efa.write 1 MiB");
  EXPECT_EQ(picture.nodes, 8U);
  EXPECT_EQ(picture.rails, 4U);
  ASSERT_EQ(picture.hosts.size(), 8U);
  EXPECT_EQ(picture.hosts[0].name, "node-0");
  EXPECT_EQ(picture.hosts[0].above, "leaf-0");
  ASSERT_EQ(picture.leaves.size(), 2U);
  EXPECT_EQ(picture.leaves[1].name, "leaf-1");
  EXPECT_EQ(picture.leaves[1].above, "spine");
  EXPECT_EQ(picture.between_hosts.size(), 28U);
  EXPECT_EQ(picture.between_leaves.size(), 3U);
  EXPECT_EQ(picture.rounds.size(), 7U);
  EXPECT_EQ(picture.rounds[0].name, "efa.round1");
  EXPECT_EQ(picture.rounds[0].paths, 16U);
  EXPECT_TRUE(picture.has_all_meetings);
  EXPECT_EQ(picture.meetings.size(), 28U);
  for (const FabricCell& cell : picture.between_hosts) EXPECT_GT(cell.deviation, -picture.neutral);
}

TEST_F(FabricPicturesTest, RatesAreThoseThatWereMeasured) {
  PairRun run;
  run.factor = [](std::size_t from, std::size_t, std::size_t to, std::size_t, std::size_t round) {
    const bool slow = (from == 2 && to == 5) || (from == 5 && to == 2);
    return (round == 3 ? 0.9 : 1) * (slow ? 0.5 : 1);  // the whole fleet is slower in one round
  };
  const auto pictures = pictures_of(run);
  const FabricPicture& picture = pictures.front();
  EXPECT_NEAR(picture.rounds[3].median, 0.9 * run.rate, 0.02 * run.rate);
  const auto met = std::ranges::find_if(
      picture.meetings, [](const FabricMeeting& m) { return m.hosts.a == 2 && m.hosts.b == 5; });
  ASSERT_NE(met, picture.meetings.end());
  const double factor = met->round == 3 ? 0.45 : 0.5;
  EXPECT_NEAR(met->slowest, factor * run.rate, 0.02 * run.rate);
}

TEST_F(FabricPicturesTest, ASlowNodeIsSlowWithAllAndItsLeafShowsTheWorst) {
  PairRun run;
  run.factor = [](std::size_t from, std::size_t, std::size_t to, std::size_t, std::size_t) {
    return from == 5 || to == 5 ? 0.8 : 1.0;
  };
  const auto pictures = pictures_of(run);
  const FabricPicture& picture = pictures.front();
  for (std::uint32_t other = 0; other < 8; ++other) {
    if (other == 5) continue;
    EXPECT_NEAR(between(picture.between_hosts, 5, other)->deviation, -0.2, 0.03);
  }
  EXPECT_NEAR(between(picture.between_leaves, 0, 1)->deviation, -0.2, 0.03);
  EXPECT_NEAR(between(picture.between_leaves, 1, 1)->deviation, -0.2, 0.03);
  EXPECT_GT(between(picture.between_leaves, 0, 0)->deviation, -0.05);
}

TEST_F(FabricPicturesTest, WhatCarriedNothingIsCountedAndHasNoRate) {
  PairRun run;
  run.factor = [](std::size_t from, std::size_t nic, std::size_t to, std::size_t, std::size_t) {
    return from == 1 && nic == 2 && to == 6 ? 0.0 : 1.0;
  };
  const auto pictures = pictures_of(run);
  const FabricCell* cell = between(pictures.front().between_hosts, 1, 6);
  ASSERT_NE(cell, nullptr);
  EXPECT_EQ(cell->failed, 1U);
  EXPECT_EQ(cell->paths, 4U);  // the other direction of that pair of NICs carried something
  std::uint64_t failed = 0;
  for (const FabricRound& round : pictures.front().rounds) failed += round.failed;
  EXPECT_EQ(failed, 1U);
}

TEST_F(FabricPicturesTest, WithoutLeavesEachHostStandsForItself) {
  PairRun run;
  run.nodes_per_leaf = 0;
  const auto pictures = pictures_of(run);
  EXPECT_EQ(pictures.front().leaves.size(), 8U);
  EXPECT_EQ(pictures.front().leaves[3].name, "node-3");
  EXPECT_EQ(pictures.front().between_leaves.size(), 28U);
}

TEST_F(FabricPicturesTest, OfALargeFleetOnlySuspectsAreShownHostByHost) {
  PairRun run;
  run.nodes = 80;
  run.rails = 1;
  run.rounds = 6;
  run.nodes_per_leaf = 8;
  run.factor = [](std::size_t from, std::size_t, std::size_t to, std::size_t, std::size_t) {
    return from == 7 || to == 7 ? 0.7 : 1.0;
  };
  const auto pictures = pictures_of(run);
  const FabricPicture& picture = pictures.front();
  EXPECT_FALSE(picture.has_all_meetings);
  EXPECT_TRUE(picture.between_hosts.empty());
  EXPECT_EQ(picture.leaves.size(), 10U);
  ASSERT_FALSE(picture.meetings.empty());
  EXPECT_LT(picture.meetings.size(), 60U);
  const auto of_seven = std::ranges::count_if(picture.meetings, [&](const FabricMeeting& m) {
    return picture.hosts[m.hosts.a].name == "node-7" || picture.hosts[m.hosts.b].name == "node-7";
  });
  EXPECT_EQ(of_seven, 6);
}

}  // namespace
}  // namespace plumbline
