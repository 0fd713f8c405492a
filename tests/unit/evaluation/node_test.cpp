#include "reports/evaluation/node.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "reports/evaluation/sentence.h"
#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// The only finding, for the tests that ask for one.
Finding only(const NodeEvaluation& evaluation) {
  EXPECT_EQ(evaluation.findings.size(), 1U);
  return evaluation.findings.empty() ? Finding{} : evaluation.findings.front();
}

TEST(Node, APlainPassIsPutIntoWordsWhereItIsRead) {
  const Finding f = only(judge({triad(99)}, {expected_triad()}));
  EXPECT_EQ(f.verdict, Verdict::pass);
  EXPECT_EQ(f.sentence, "");
  EXPECT_THAT(sentence_of(f), AllOf(HasSubstr("host_memory.triad"), HasSubstr(" 99 GB/s ("),
                                    HasSubstr(", 1 run) is 1 % below 100 GB/s; at most "),
                                    HasSubstr(" % is allowed")));
  EXPECT_EQ(sentence_of(csv_record<Finding>(csv_line(f))), sentence_of(f));
}

TEST(Node, ThatAFactIsAsExpectedIsPutIntoWordsWhereItIsRead) {
  const Finding f = only(judge({gpus(8)}, {expected_gpus()}));
  EXPECT_EQ(f.verdict, Verdict::pass);
  EXPECT_EQ(f.sentence, "");
  EXPECT_EQ(sentence_of(f), "node topology.gpus is 8, as expected");
  EXPECT_EQ(sentence_of(csv_record<Finding>(csv_line(f))), sentence_of(f));
}

TEST(Node, WhatIsAddedToAPlainPassStandsBehindItsWords) {
  Baseline context = expected_gpus();
  context.use = Use::context;
  EXPECT_EQ(only(judge({gpus(8)}, {context})).sentence,
            "node topology.gpus is 8, as expected; for context only");
  Measurement later = gpus(8);
  later.time += std::chrono::minutes(5);
  const Finding after = only(judge({failed(gpus(8), "no driver"), later}, {expected_gpus()}));
  EXPECT_EQ(after.verdict, Verdict::warn);
  EXPECT_EQ(after.sentence, "node topology.gpus is 8, as expected; 1 run failed before: no driver");
}

TEST(Node, AllAsExpectedIsAccepted) {
  const auto result = judge({triad(100), gpus(8)}, {expected_triad(), expected_gpus()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
  EXPECT_EQ(result.verdict.pass, 2U);
  EXPECT_EQ(result.verdict.reason, "");
}

TEST(Node, TheReasonIsWhatLacksMost) {
  std::vector<Measurement> rows;
  for (const auto& [socket, rate] : {std::pair("numa0", 80.0), {"numa1", 60.0}, {"numa2", 85.0}}) {
    for (int minutes : {0, 5, 10}) {
      Measurement m = again(triad(rate), minutes, rate);
      m.subject = m.peer = socket;
      rows.push_back(m);
    }
  }
  Baseline b = expected_triad();
  b.subject_class = "numa>numa";
  const auto result = judge(rows, {b});
  EXPECT_THAT(result.verdict.reason,
              ::testing::AllOf(::testing::StartsWith("numa1>numa1 host_memory.triad 60 GB/s"),
                               ::testing::EndsWith(" (and 2 more FAIL)")));
}

TEST(Node, TheSentenceSaysWhatWasFoundAndExpected) {
  const Measurement slow = triad(79.7);
  const Finding f =
      only(judge({slow, again(slow, 5, 79.2), again(slow, 10, 79.9)}, {expected_triad()}));
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.sentence,
            "numa0>numa0 host_memory.triad 79.7 GB/s (77.72 to 81.73, 3 runs) is 20.3 % below "
            "100 GB/s; at most 5 % is allowed");
  EXPECT_EQ(f.runs, 3U);
  EXPECT_NEAR(*f.deficit, 0.203, 1e-9);
  EXPECT_NEAR(*f.low, 95, 1e-9);
  EXPECT_FALSE(f.high);
  EXPECT_NEAR(*f.resolution, 0.0126, 1e-3);
  EXPECT_EQ(f.rule, "timed");
  EXPECT_EQ(f.basis, "learned");
  EXPECT_EQ(f.case_name, "host_memory.triad/numa0>numa0");
}

TEST(Node, WhatGroupsOfNodesMeasureIsJudgedAndNotMissed) {
  Baseline of_four = expected_triad();
  of_four.nodes = 4;
  const auto without = judge({gpus(8)}, {of_four, expected_gpus()});
  EXPECT_EQ(without.verdict.outcome, NodeOutcome::accept) << "another node has the group's rows";
  Measurement slow = triad(50);
  slow.params.set("nodes", "4");
  const auto with = judge({slow, gpus(8)}, {of_four, expected_gpus()});
  EXPECT_EQ(with.verdict.outcome, NodeOutcome::incomplete) << "it may be another of the four";
  slow.params.set("nodes", "2");
  const auto two = judge({slow, gpus(8)}, {of_four, expected_gpus()});
  EXPECT_EQ(two.verdict.outcome, NodeOutcome::accept) << "two nodes are never compared with four";
}

TEST(Node, OneSlowRunAsksToBeMeasuredAgain) {
  const auto result = judge({triad(79.7)}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::reject);
  EXPECT_TRUE(only(result).remeasure);
  EXPECT_THAT(only(result).sentence, HasSubstr("2 more runs will confirm it"));
}

TEST(Node, NearTheEdgeIsIncompleteAndAsksToBeMeasuredAgain) {
  const auto result = judge({triad(95)}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(only(result).verdict, Verdict::inconclusive);
  EXPECT_TRUE(only(result).remeasure);
}

TEST(Node, WarnIsAccepted) {
  Baseline exact_machine = expected_triad();
  exact_machine.spread = 0.0005;
  const auto result = judge({triad(96)}, {exact_machine});
  EXPECT_EQ(only(result).verdict, Verdict::warn);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
}

TEST(Node, NothingExpectedIsUnjudged) {
  const auto result = judge({triad(100), gpus(8)}, {expected_gpus()});
  EXPECT_EQ(result.verdict.unjudged, 1U);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
}

TEST(Node, AMissingGpuIsAFail) {
  const auto result = judge({gpus(7)}, {expected_gpus()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::reject);
  EXPECT_EQ(only(result).sentence, "node topology.gpus is 7; expected is 8");
  EXPECT_FALSE(only(result).remeasure);
}

TEST(Node, ATextMustBeTheSame) {
  Baseline model = expected_gpus();
  model.metric = "topology.cpu";
  model.unit = "text";
  model.expected = "Xeon 8488C";
  EXPECT_EQ(only(judge({text_fact("topology.cpu", "Xeon 8488C")}, {model})).verdict, Verdict::pass);
  const Finding f = only(judge({text_fact("topology.cpu", "EPYC 7R13")}, {model}));
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.sentence, "node topology.cpu is \"EPYC 7R13\"; expected is \"Xeon 8488C\"");
}

TEST(Node, ANumberMayHaveATolerance) {
  Baseline memory = expected_gpus();
  memory.expected = "2048";
  memory.low = -0.04;
  EXPECT_EQ(only(judge({gpus(1990)}, {memory})).verdict, Verdict::pass);
  EXPECT_EQ(only(judge({gpus(2050)}, {memory})).verdict, Verdict::fail);
  EXPECT_EQ(only(judge({gpus(1900)}, {memory})).sentence,
            "node topology.gpus is 1900; expected is 2048 (1966 to 2048)");
}

TEST(Node, WhatARowSaysBesideItsValueIsToldIfThatIsWrong) {
  Measurement seven = gpus(7);
  seven.note = "0000:b9:00.0 is not there";
  EXPECT_EQ(only(judge({seven}, {expected_gpus()})).sentence,
            "node topology.gpus is 7; expected is 8: 0000:b9:00.0 is not there");
}

TEST(Node, AFactThatChangesBetweenRunsIsJudgedByItsWorstRun) {
  Measurement later = gpus(8);
  later.attempt = 2;
  const Finding f = only(judge({gpus(7), later}, {expected_gpus()}));
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.sentence, "node topology.gpus is 7 in 1 of 2 runs; expected is 8");
}

TEST(Node, EveryMissingSubjectIsNamedWithItsReason) {
  Baseline all = expected_triad();
  all.subject_class = "numa>numa";
  all.subjects = 4;
  Measurement other = triad(100);
  other.peer = "numa1";
  other = failed(other, "bus error");
  const auto result = judge({triad(100), other}, {all});
  EXPECT_EQ(result.verdict.missing, 3U);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.findings[1].sentence,
            "numa0>numa1 host_memory.triad was not measured, failed: bus error (1 of 4 were)");
  EXPECT_EQ(result.findings[2].sentence,
            "numa1>numa0 host_memory.triad was not measured, there is no row about it (1 of 4 "
            "were)");
}

/// Rank 0 has the row of all of them.
TEST(Node, ASlowGroupRejectsNobodyAlone) {
  Baseline of_group = expected_triad();
  of_group.metric = "collectives.all_reduce.busbw";
  of_group.subject_class = "group";
  of_group.nodes = 16;
  of_group.subjects.reset();
  Measurement row = triad(50);
  row.metric = of_group.metric;
  row.subject = "group";
  row.peer = "";
  row.params.set("nodes", "16");
  const auto slow = judge({row}, {of_group, expected_triad()}).findings;
  const auto found = std::ranges::find(slow, of_group.metric, &Finding::metric);
  ASSERT_NE(found, slow.end());
  EXPECT_EQ(found->verdict, Verdict::inconclusive);
  EXPECT_EQ(found->rule, "one of many nodes");
  EXPECT_FALSE(found->remeasure);
  EXPECT_NE(found->sentence.find("which of the 16 nodes is slow, this alone does not tell"),
            std::string::npos)
      << found->sentence;
}

/// Many peers of one rail are no substitute for another rail.
TEST(Node, ARailThatMetNobodyIsMissing) {
  Baseline rails = expected_triad();
  rails.metric = "efa.write";
  rails.nodes = 2;
  rails.subject_class = "rail>host/rail";
  rails.subjects = 2;
  std::vector<Measurement> rows;
  for (const char* peer : {"node-b/rail0", "node-c/rail1", "10.0.0.7/rail0"}) {
    Measurement row = triad(100);
    row.metric = "efa.write";
    row.subject = "rail0";
    row.peer = peer;
    rows.push_back(row);
  }
  Measurement other = failed(rows[0], "node-b/rail1 does not answer");
  other.subject = "rail1";
  other.peer = "node-b/rail1";
  rows.push_back(other);
  const auto result = judge(rows, {rails});
  EXPECT_EQ(result.verdict.missing, 1U);
  EXPECT_EQ(result.verdict.pass, 3U);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(
      result.findings.back().sentence,
      "rail1>node-b/rail1 efa.write was not measured, failed: node-b/rail1 does not answer (1 "
      "of 2 were)");
}

/// Pairs of node-a with these hosts; the last one is dead.
std::vector<Measurement> pairs_with(const std::vector<std::string>& hosts) {
  std::vector<Measurement> rows = {triad(100)};
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const bool dead = i + 1 == hosts.size();
    Measurement path = triad(100), pair = task(0, dead ? "a case failed" : "");
    path.metric = "efa.write";
    path.subject = "rail0";
    path.peer = hosts[i] + "/rail0";
    rows.push_back(dead ? failed(path, "no answer") : path);
    pair.params = {{"repeat", "1"},
                   {"step", "efa_pairs.round" + std::to_string(i) + "@node-a+" + hosts[i]}};
    rows.push_back(pair);
  }
  return rows;
}

TEST(Node, ADeadPartnerIsNoFaultOfWhoWasWellWithOthers) {
  const auto result = judge(pairs_with({"node-b", "node-c", "node-d"}), {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept) << result.verdict.reason;
  EXPECT_EQ(result.verdict.warn, 2U) << "the path and the task";
  EXPECT_THAT(
      result.findings,
      Contains(Field(&Finding::sentence, HasSubstr("no answer; it worked with 2 other hosts"))));
}

TEST(Node, OneOtherPartnerDoesNotTellWhoIsDead) {
  const auto result = judge(pairs_with({"node-b", "node-d"}), {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.missing, 2U);
}

TEST(Node, ASkipOfTheWholeClassIsTheReasonOfEach) {
  Baseline all = expected_gpus();
  all.metric = "topology.gpu_memory";
  all.subject_class = "gpu";
  all.subjects = 2;
  Measurement m = gpus(0);
  m.metric = "topology.gpu_memory";
  const auto result = judge({skipped(m, "no driver")}, {all});
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.findings[0].sentence,
            "gpu0 topology.gpu_memory was not measured, node was skipped: no driver (0 of 2 were)");
}

TEST(Node, WhereNamesAreUnknownTheNumberIsSaid) {
  Baseline nics = expected_gpus();
  nics.metric = "topology.nic";
  nics.subject_class = "rdmaps";
  nics.subjects = 3;
  Measurement nic = gpus(8);
  nic.metric = "topology.nic";
  nic.subject = "rdmap79s0";
  const auto result = judge({nic}, {nics});
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.verdict.missing, 1U);
  EXPECT_THAT(result.verdict.reason, HasSubstr("1 of 3 were measured (rdmap79s0)"));
}

TEST(Node, AFailureThatALaterRunMendedIsAWarning) {
  const Measurement bad = failed(triad(100), "killed by SIGBUS");
  const auto result = judge({bad, again(bad, 5, 100)}, {expected_triad()});
  EXPECT_EQ(only(result).verdict, Verdict::warn);
  EXPECT_THAT(only(result).sentence, HasSubstr("1 run failed before: killed by SIGBUS"));
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
}

TEST(Node, AFailureAfterAGoodRunIsMissing) {
  const Measurement good = triad(100);
  const auto result =
      judge({good, failed(again(good, 5, 100), "killed by SIGBUS")}, {expected_triad()});
  EXPECT_EQ(only(result).verdict, Verdict::missing);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
}

TEST(Node, AFailureNeverHidesAFail) {
  const Measurement slow = triad(50);
  const auto result =
      judge({slow, failed(again(slow, 5, 100), "killed by SIGBUS")}, {expected_triad()});
  EXPECT_EQ(only(result).verdict, Verdict::fail);
}

TEST(Node, AFailedTaskThatSucceededLaterIsAWarning) {
  const auto result =
      judge({triad(100), task(0, "timed out after 60 s"), task(5, "")}, {expected_triad()});
  EXPECT_EQ(result.verdict.warn, 1U);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
}

TEST(Node, ATaskThatEndedWellIsNoFinding) {
  EXPECT_EQ(judge({triad(100), task(0, "")}, {expected_triad()}).findings.size(), 1U);
}

TEST(Node, FlagsAreSaidAndWiden) {
  Measurement shaky = triad(97);
  shaky.spread = 0.02;
  EXPECT_EQ(only(judge({shaky}, {expected_triad()})).verdict, Verdict::inconclusive);
  shaky.flags = {"unsteady"};
  const Finding f = only(judge({shaky}, {expected_triad()}));
  EXPECT_THAT(f.sentence, HasSubstr("flagged unsteady"));
  EXPECT_LT(*f.ci_low, *only(judge({triad(97)}, {expected_triad()})).ci_low);
}

TEST(Node, WhereNothingTimedIsExpectedThreeRunsAreWanted) {
  const Measurement m = triad(100);
  EXPECT_TRUE(only(judge({m}, {})).remeasure);
  EXPECT_FALSE(only(judge({m, again(m, 1, 100), again(m, 2, 100)}, {})).remeasure);
  EXPECT_FALSE(only(judge({gpus(8)}, {})).remeasure);
  EXPECT_TRUE(judge({m, gpus(8)}, {expected_gpus()}).findings.at(0).remeasure);
  Baseline read = expected_triad();
  read.metric = "host_memory.read";
  read.use = Use::context;
  EXPECT_FALSE(only(judge({m}, {read})).remeasure);
}

TEST(Node, ContextIsShownAndDecidesNothing) {
  Baseline context = expected_triad();
  context.use = Use::context;
  const auto result = judge({triad(50), gpus(8)}, {context, expected_gpus()});
  EXPECT_EQ(result.verdict.fail, 0U);
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::accept);
  EXPECT_THAT(result.findings[0].sentence, HasSubstr("50 % below 100 GB/s"));
}

TEST(Node, TheOrderOfTheRowsDoesNotMatter) {
  Baseline all = expected_triad();
  all.subject_class = "numa>numa";
  all.subjects = 4;
  std::vector<Measurement> rows;
  for (int i = 0; i < 5; ++i) {
    Measurement m = triad(94 + 0.37 * i);
    m.peer = "numa" + std::to_string(i % 2);
    rows.push_back(again(m, i, *m.median));
    rows.back().peer = m.peer;
  }
  rows.push_back(failed(triad(1), "x"));
  rows.push_back(task(3, "y"));
  rows.push_back(gpus(8));
  const auto first = judge(rows, {all, expected_gpus()});
  std::mt19937_64 random(11);
  for (int i = 0; i < 30; ++i) {
    std::shuffle(rows.begin(), rows.end(), random);
    const auto other = judge(rows, {all, expected_gpus()});
    EXPECT_EQ(other.findings, first.findings);
    EXPECT_EQ(other.verdict, first.verdict);
  }
}

TEST(Node, IdsAreEightDigitsAndUnique) {
  const auto result = judge({triad(100), gpus(8)}, {});
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.findings[0].id.size(), 8U);
  EXPECT_NE(result.findings[0].id, result.findings[1].id);
}

TEST(Evaluate, JudgesEveryNodeOfTheManifestAndNamesTheStrays) {
  Measurement stray = triad(100);
  stray.host = "node-x";
  ManifestEntry silent = node_a;
  silent.host = "node-b";
  const std::vector<Measurement> rows = {triad(100), stray};
  const std::vector<Baseline> baselines = {expected_triad()};
  const auto findings = evaluate(rows, baselines, {node_a, silent});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].verdict, Verdict::pass);
  EXPECT_EQ(findings[1].sentence, "node-b is in the manifest, but there is no row of it");
  EXPECT_EQ(findings[2].sentence,
            "node-x has 1 row but is not in the manifest: they were not judged");
}

}  // namespace
}  // namespace plumbline
