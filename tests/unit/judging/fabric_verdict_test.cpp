#include "reports/judging/fabric_verdict.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "reports/judging/judge_runs.h"
#include "tests/unit/judging/pair_runs.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Judges a run of pairs, with a baseline of the paths between hosts and the triad of each node.
class FabricVerdictTest : public ::testing::Test {
 protected:
  void judge(const PairRun& run, std::vector<Measurement> more = {}) {
    Baseline b = expected_triad();
    b.metric = "efa.write";
    b.subject_class = "rail>host/rail";
    b.expected = "12";
    b.nodes = 2;
    b.subjects = run.rails;
    b.spread = 0.005;
    results_.baseline({b});
    auto rows = rows_of(run);
    rows.insert(rows.end(), more.begin(), more.end());
    const RunDirectory directory = results_.run("r1", rows, manifest_of(run));
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    findings_.clear();
    judgement_ =
        judge_runs(std::vector{directory}, store,
                   [&](const NodeEvaluation& node, std::span<const Measurement>) {
                     findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
                   });
  }
  NodeOutcome outcome(std::size_t node) const {
    const auto found = std::ranges::find(judgement_.nodes, host_name(node), &NodeVerdict::host);
    return found->outcome;
  }
  std::vector<NodeOutcome> other_outcomes(std::size_t but) const {
    std::vector<NodeOutcome> outcomes;
    for (const NodeVerdict& node : judgement_.nodes) {
      if (node.host != host_name(but)) outcomes.push_back(node.outcome);
    }
    return outcomes;
  }
  std::vector<Finding> culprits() const {
    std::vector<Finding> found;
    std::ranges::copy_if(findings_, std::back_inserter(found),
                         [](const Finding& f) { return f.metric == "efa.culprit"; });
    return found;
  }

  ResultsFolder results_;
  Judgement judgement_;
  std::vector<Finding> findings_;
};

/// Node 5 carries 8 % less, a NIC of node 2 half.
TEST_F(FabricVerdictTest, AnEndThatIsALittleSlowIsNotWhatIsMuchSlower) {
  PairRun run;
  run.factor = [](std::size_t from, std::size_t from_nic, std::size_t to, std::size_t to_nic,
                  std::size_t) {
    const bool halved = (from == 2 && from_nic == 1) || (to == 2 && to_nic == 1);
    return halved ? 0.5 : from == 5 || to == 5 ? 0.92 : 1;
  };
  judge(run);
  EXPECT_EQ(outcome(2), NodeOutcome::reject);
  for (const Finding& f : findings_) {
    if (f.host != host_name(5) || f.peer != host_name(2) + "/rail1") continue;
    EXPECT_EQ(f.verdict, Verdict::unjudged) << f.sentence;
    EXPECT_THAT(f.sentence, HasSubstr("node-2/rail1 explains it"));
  }
}

TEST_F(FabricVerdictTest, AHealthyFleetIsAccepted) {
  judge({});
  EXPECT_THAT(culprits(), IsEmpty());
  EXPECT_EQ(judgement_.fleet.accepted, 8U) << judgement_.nodes[0].reason;
  ASSERT_TRUE(judgement_.suspects);
  EXPECT_THAT(*judgement_.suspects, IsEmpty());
  EXPECT_THAT(judgement_.notes, Contains(AllOf(HasSubstr("efa.write 1 MiB between 8 nodes: 112 "
                                                         "paths in 7 rounds"),
                                               HasSubstr("are found"))));
}

TEST_F(FabricVerdictTest, ASlowNicIsNamedAndItsPartnersAreCleared) {
  judge({.factor = [](auto from, auto nic, auto to, auto to_nic, auto) {
    return (from == 3 && nic == 2) || (to == 3 && to_nic == 2) ? 0.7 : 1.0;
  }});
  const auto found = culprits();
  ASSERT_THAT(found, SizeIs(1));
  const Finding& f = found[0];
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.host, "node-3");
  EXPECT_EQ(f.subject, "rail2");
  EXPECT_NEAR(*f.deficit, 0.3, 0.01);
  EXPECT_THAT(f.sentence, HasSubstr("node-3/rail2 is 30"));
  EXPECT_THAT(f.sentence, HasSubstr("explains 7 paths, odds of more than a million to 1"));
  EXPECT_THAT(f.action, HasSubstr("another partner"));
  EXPECT_EQ(outcome(3), NodeOutcome::reject);
  EXPECT_THAT(other_outcomes(3), Each(NodeOutcome::accept));
  EXPECT_THAT(*judgement_.suspects, SizeIs(1));
}

TEST_F(FabricVerdictTest, TheFindingsOfItsPathsSayWhoseTheyAre) {
  judge({.factor = [](auto from, auto nic, auto to, auto to_nic, auto) {
    return (from == 3 && nic == 2) || (to == 3 && to_nic == 2) ? 0.7 : 1.0;
  }});
  std::size_t own = 0;
  std::size_t others = 0;
  for (const Finding& f : findings_) {
    if (f.metric != "efa.write" || !f.deficit || *f.deficit < 0.2) continue;
    EXPECT_THAT(f.sentence, HasSubstr("node-3/rail2 explains it"));
    ++(f.host == "node-3" ? own : others);
    EXPECT_EQ(f.verdict, f.host == "node-3" ? Verdict::fail : Verdict::unjudged);
    EXPECT_TRUE(f.host == "node-3" || f.rule == "explained by another") << f.rule;
  }
  EXPECT_EQ(own, 7U);
  EXPECT_EQ(others, 7U);
}

TEST_F(FabricVerdictTest, AllNicsOfANodeAreTheNode) {
  judge({.factor = [](auto from, auto, auto to, auto, auto) {
    return from == 5 || to == 5 ? 0.8 : 1.0;
  }});
  ASSERT_THAT(culprits(), SizeIs(1));
  EXPECT_EQ(culprits()[0].host, "node-5");
  EXPECT_EQ(culprits()[0].subject, "node");
  EXPECT_EQ(outcome(5), NodeOutcome::reject);
  EXPECT_THAT(other_outcomes(5), Each(NodeOutcome::accept));
}

TEST_F(FabricVerdictTest, OnePairAloneBlamesNeither) {
  PairRun run;
  run.nodes = 2;
  run.rounds = 1;
  run.factor = [](auto from, auto nic, auto, auto to_nic, auto) {
    return (from == 0 ? nic : to_nic) == 1 ? 0.7 : 1.0;
  };
  judge(run);
  EXPECT_EQ(outcome(0), NodeOutcome::incomplete);
  EXPECT_EQ(outcome(1), NodeOutcome::incomplete);
  for (const Finding& f : findings_) {
    EXPECT_NE(f.verdict, Verdict::fail) << f.sentence;
  }
  for (const std::size_t node : {0U, 1U}) {
    const bool says_so = std::ranges::any_of(findings_, [&](const Finding& f) {
      return f.host == host_name(node) && f.rule == "one of two ends" &&
             f.verdict == Verdict::inconclusive;
    });
    EXPECT_TRUE(says_so) << node;
  }
  EXPECT_THAT(*judgement_.suspects, SizeIs(2));
}

TEST_F(FabricVerdictTest, WhatAlwaysMetTheSameIsNotToldFromIt) {
  PairRun run;
  run.nodes = 2;
  run.rails = 1;
  run.rounds = 4;
  run.factor = [](auto, auto, auto, auto, auto) { return 0.7; };
  judge(run);
  EXPECT_EQ(outcome(0), NodeOutcome::incomplete);
  EXPECT_EQ(outcome(1), NodeOutcome::incomplete);
  ASSERT_THAT(culprits(), SizeIs(2)) << "one for each end";
  EXPECT_EQ(culprits()[0].rule, "one of several");
  EXPECT_THAT(culprits()[0].sentence,
              HasSubstr("node-0 or node-1 or node-0/rail0 or node-1/rail0 is 30"));
  EXPECT_THAT(culprits()[0].sentence, HasSubstr("nothing that was measured tells these apart"));
}

TEST_F(FabricVerdictTest, WhatWasSlowOnceIsNoFault) {
  judge({.factor = [](auto from, auto nic, auto to, auto, auto round) {
    return round == 2 && from + to == 4 && from == 0 && nic == 1 ? 0.7 : 1.0;
  }});
  EXPECT_THAT(other_outcomes(99), Each(NodeOutcome::accept));
  const auto slow = std::ranges::find_if(
      findings_, [](const Finding& f) { return f.deficit && *f.deficit > 0.2; });
  if (slow != findings_.end()) {
    EXPECT_EQ(slow->verdict, Verdict::warn);
    EXPECT_EQ(slow->rule, "slow once");
  }
}

TEST_F(FabricVerdictTest, ALeafIsTheNetworksFault) {
  PairRun run;
  run.nodes = 16;
  run.rounds = 15;
  run.factor = [](auto from, auto, auto to, auto, auto) {
    const bool across = from / 4 != to / 4;
    return across && (from / 4 == 1 || to / 4 == 1) ? 0.75 : 1.0;
  };
  judge(run);
  ASSERT_THAT(culprits(), SizeIs(1));
  EXPECT_EQ(culprits()[0].host, "leaf-1");
  EXPECT_EQ(culprits()[0].verdict, Verdict::fail);
  EXPECT_THAT(culprits()[0].action, HasSubstr("network ticket"));
  EXPECT_THAT(other_outcomes(99), Each(NodeOutcome::accept)) << "no node is to blame";
  EXPECT_EQ(judgement_.fleet.exit_code(), exit_rejected)
      << "but the cluster is not as it should be";
}

TEST_F(FabricVerdictTest, ADeadNicIsBrokenAndWhoMetItIsNot) {
  judge({.factor = [](auto from, auto nic, auto to, auto to_nic, auto) {
    return (from == 3 && nic == 2) || (to == 3 && to_nic == 2) ? 0.0 : 1.0;
  }});
  const auto found = culprits();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].verdict, Verdict::fail);
  EXPECT_EQ(found[0].host + '/' + found[0].subject, "node-3/rail2");
  EXPECT_THAT(found[0].sentence, HasSubstr("failed with the NICs of others: explains 7 paths"));
  EXPECT_EQ(outcome(3), NodeOutcome::reject);
  EXPECT_THAT(other_outcomes(3), Each(NodeOutcome::accept));
  ASSERT_THAT(*judgement_.suspects, SizeIs(1));
  EXPECT_THAT((*judgement_.suspects)[0].reason,
              HasSubstr("node-3/rail2 failed with the NICs of others"));
}

TEST_F(FabricVerdictTest, AHostThatFailsWithEveryoneCostsNobodyElse) {
  judge({.factor = [](auto from, auto, auto to, auto, auto) {
    return from == 5 || to == 5 ? 0.0 : 1.0;
  }});
  EXPECT_EQ(outcome(5), NodeOutcome::incomplete) << "not known to be broken";
  EXPECT_THAT(other_outcomes(5), Each(NodeOutcome::accept));
}

TEST_F(FabricVerdictTest, WhereEverythingFailsNobodyIsBlamed) {
  judge({.factor = [](auto, auto, auto, auto, auto) { return 0.0; }});
  EXPECT_THAT(culprits(), IsEmpty());
  EXPECT_THAT(other_outcomes(99), Each(NodeOutcome::incomplete));
}

TEST_F(FabricVerdictTest, WithoutAManifestTheHostsAreKnownFromTheirRows) {
  PairRun run;
  run.nodes_per_leaf = 0;
  run.factor = [](auto from, auto nic, auto to, auto to_nic, auto) {
    return (from == 3 && nic == 2) || (to == 3 && to_nic == 2) ? 0.7 : 1.0;
  };
  const RunDirectory directory = results_.run("r1", rows_of(run), manifest_of(run));
  std::filesystem::remove(directory.manifest());
  BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
  std::vector<std::string> blamed;
  judge_runs(std::vector{directory}, store,
             [&](const NodeEvaluation& node, std::span<const Measurement>) {
               for (const Finding& f : node.findings) {
                 if (f.metric == "efa.culprit" && f.verdict == Verdict::fail) {
                   blamed.push_back(f.host + '/' + f.subject);
                 }
               }
             });
  EXPECT_THAT(blamed, ElementsAre("node-3/rail2"));
}

TEST_F(FabricVerdictTest, TheOrderOfTheRowsDoesNotMatter) {
  PairRun run;
  run.factor = [](auto from, auto nic, auto to, auto to_nic, auto) {
    return (from == 3 && nic == 2) || (to == 3 && to_nic == 2) ? 0.7 : 1.0;
  };
  const auto sentences = [&](std::vector<Measurement> rows) {
    const RunDirectory directory = results_.run("r1", std::move(rows), manifest_of(run));
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    std::vector<std::string> all;
    judge_runs(std::vector{directory}, store,
               [&](const NodeEvaluation& node, std::span<const Measurement>) {
                 for (const Finding& f : node.findings) all.push_back(csv_line(f));
               });
    return all;
  };
  auto rows = rows_of(run);
  const auto before = sentences(rows);
  std::ranges::reverse(rows);
  EXPECT_EQ(sentences(rows), before);
}

}  // namespace
}  // namespace plumbline
