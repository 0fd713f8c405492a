#include "reports/baselines/revision.h"

#include <gmock/gmock.h>

#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<std::string> described(const std::vector<Baseline>& a, const std::vector<Baseline>& b) {
  std::vector<std::string> texts;
  for (const BaselineChange& change : changes(a, b)) texts.push_back(describe_change(change));
  return texts;
}

TEST(Revision, WhatWasNotMeasuredStays) {
  Baseline faster = expected_triad();
  faster.expected = "110";
  EXPECT_THAT(revised(std::vector{expected_triad(), expected_gpus()}, std::vector{faster}),
              ElementsAre(faster, expected_gpus()));
}

TEST(Revision, AClassReplacesItsSubjects) {
  Baseline all = expected_triad();
  all.subject_class = "numa>numa";
  EXPECT_THAT(revised(std::vector{expected_triad()}, std::vector{all}), ElementsAre(all));
}

TEST(Revision, AnotherSourceIsNoChange) {
  Baseline other = expected_triad();
  other.source = "elsewhere";
  EXPECT_TRUE(changes(std::vector{expected_triad()}, std::vector{other}).empty());
}

TEST(Revision, ChangesAreSaidWithTheirNumbers) {
  Baseline faster = expected_triad();
  faster.expected = "110";
  faster.low = -0.1;
  EXPECT_THAT(described({expected_triad()}, {faster, expected_gpus()}),
              ElementsAre("~ host_memory.triad of numa0>numa0: 100 GB/s -> 110 GB/s (+10 %), low "
                          "-0.05 -> -0.1",
                          "+ topology.gpus of node: 8"));
  EXPECT_THAT(described({expected_gpus()}, {}), ElementsAre("- topology.gpus of node: 8"));
}

}  // namespace
}  // namespace plumbline
