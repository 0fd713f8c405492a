// The paths by which other validation suites came to a false PASS. Each must end otherwise here, by
// the rule that is named. tests/unit/judging/silent_pass_test.cpp has the catalogue of them, by
// tool.

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "reports/evaluation/node.h"
#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;

TEST(SilentPass, ManifestNodeWithoutRows) {
  const auto result = judge({}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.reason, "node-a is in the manifest, but there is no row of it");
}

TEST(SilentPass, UnknownInstanceType) {
  const auto result = judge({triad(100)}, {});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.reason,
            "no baseline for type m7i.large: learn one with `plumbline baseline learn RUN`");
}

TEST(SilentPass, BaselineWithoutAnyGate) {
  Baseline context = expected_triad();
  context.use = Use::context;
  EXPECT_EQ(judge({triad(100)}, {context}).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, GateWithoutALimit) {
  Baseline open = expected_triad();
  open.low = std::nullopt;
  EXPECT_EQ(judge({triad(1)}, {open}).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, ProbeCrashes) {
  const auto result = judge({task(0, "killed by signal 11")}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.missing, 2U);  // the task, and what it should have measured
  EXPECT_THAT(result.findings[0].sentence,
              ::testing::HasSubstr("its task failed: killed by signal 11"));
}

TEST(SilentPass, ProbeCannotStartAndNothingWasExpectedOfIt) {
  EXPECT_EQ(judge({gpus(8), task(0, "no such program")}, {expected_gpus()}).verdict.outcome,
            NodeOutcome::incomplete);
}

TEST(SilentPass, SkippedProbe) {
  const auto result = judge({skipped(triad(1), "libnuma is missing")}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.reason,
            "numa0>numa0 host_memory.triad was not measured, was skipped: libnuma is missing");
}

TEST(SilentPass, ProbeNotPartOfTheRun) {
  EXPECT_EQ(judge({gpus(8)}, {expected_triad(), expected_gpus()}).verdict.outcome,
            NodeOutcome::incomplete);
}

TEST(SilentPass, StaleResultThenTimeout) {
  const Measurement good = triad(100);
  EXPECT_EQ(
      judge({good, failed(again(good, 60, 100), "timed out")}, {expected_triad()}).verdict.outcome,
      NodeOutcome::incomplete);
}

/// A good median with a state in which the machine is slower.
std::vector<Measurement> three_runs(const std::string& flag, double worst) {
  Measurement m = triad(100);
  m.flags = {flag};
  m.min = worst;
  m.max = 100.2;
  std::vector<Measurement> runs = {m, m, m};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].time += std::chrono::minutes(i);
  return runs;
}

TEST(SilentPass, GoodMedianOfAMachineThatIsSlowAtTimes) {
  const auto result = judge(three_runs("bimodal", 60), {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::reject);
  EXPECT_THAT(
      result.verdict.reason,
      ::testing::HasSubstr("but at times it is in another state: 60 GB/s at worst, 40 % below"));
  EXPECT_EQ(result.findings[0].value, 100);
}

TEST(SilentPass, GoodMedianOfAMachineThatNeverSettled) {
  const auto result = judge(three_runs("unsteady", 60), {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_THAT(result.verdict.reason,
              ::testing::HasSubstr("but it never settled: 60 GB/s at worst"));
}

TEST(SilentPass, OneRunOfThreeInAnotherStateIsAnAccident) {
  std::vector<Measurement> runs = three_runs("bimodal", 60);
  runs[0].flags.clear();
  runs[1].flags.clear();
  EXPECT_EQ(judge(runs, {expected_triad()}).verdict.outcome, NodeOutcome::accept);
}

TEST(SilentPass, AnotherStateThatIsGoodEnoughIsNoTrouble) {
  EXPECT_EQ(judge(three_runs("bimodal", 99.5), {expected_triad()}).findings[0].verdict,
            Verdict::pass);
}

TEST(SilentPass, FailedCaseOfWhichNothingIsExpected) {
  EXPECT_EQ(judge({gpus(8), failed(triad(1), "wrong data")}, {expected_gpus()}).verdict.outcome,
            NodeOutcome::incomplete);
}

/// What a rehearsal writes about a step of host_memory that it has no stand-in for.
Measurement left_out_task() {
  Measurement row = skipped(task(0, ""), "no part of a rehearsal");
  row.flags = {"left_out"};
  row.provenance = Provenance::simulated;
  return row;
}

TEST(SilentPass, OnlyARehearsalMayLeaveAProbeOut) {
  Measurement machine = gpus(8);
  machine.provenance = Provenance::simulated;
  const std::vector<Baseline> both = {expected_triad(), expected_gpus()};
  const auto rehearsed = judge({machine, left_out_task()}, both);
  EXPECT_EQ(rehearsed.verdict.outcome, NodeOutcome::accept) << rehearsed.verdict.reason;
  EXPECT_EQ(rehearsed.verdict.unjudged, 1U) << "that it was left out is said";

  Measurement measured = left_out_task();
  measured.provenance = Provenance::measured;
  EXPECT_EQ(judge({gpus(8), measured}, both).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, AProbeThatRanInPartIsNotLeftOut) {
  Measurement machine = gpus(8), ran = task(1, "");
  machine.provenance = ran.provenance = Provenance::simulated;
  EXPECT_EQ(
      judge({machine, left_out_task(), ran}, {expected_triad(), expected_gpus()}).verdict.outcome,
      NodeOutcome::incomplete);
}

TEST(SilentPass, WrongTransport) {
  Baseline efa = expected_triad();
  efa.params = {{"transport", "efa"}};
  Measurement m = triad(100);
  m.transport = "tcp";
  const auto result = judge({m}, {efa});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::reject);
  EXPECT_EQ(result.verdict.reason, "numa0>numa0 host_memory.triad went over tcp; expected is efa");
}

TEST(SilentPass, FewerSubjectsThanExpected) {
  Baseline all = expected_triad();
  all.subject_class = "numa>numa";
  all.subjects = 2;
  EXPECT_EQ(judge({triad(100)}, {all}).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, WrongUnit) {
  Measurement m = triad(100000);
  m.unit = "MB/s";
  const auto result = judge({m}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.reason,
            "numa0>numa0 host_memory.triad is in MB/s, the baseline in GB/s: one of them is wrong");
}

TEST(SilentPass, WrongDirection) {
  Measurement m = triad(50);
  m.better = Better::lower;
  EXPECT_EQ(judge({m}, {expected_triad()}).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, AboveThePhysicalCeiling) {
  Baseline b = expected_triad();
  b.ceiling = 120;
  const auto result = judge({triad(121)}, {b});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::incomplete);
  EXPECT_EQ(result.verdict.reason,
            "numa0>numa0 host_memory.triad 121 GB/s is above the physical limit of 120 GB/s: an "
            "error of measurement, not a pass");
}

TEST(SilentPass, OneGoodRunOfFive) {
  const Measurement slow = triad(80);
  EXPECT_EQ(
      judge({slow, again(slow, 1, 80), again(slow, 2, 80), again(slow, 3, 80), again(slow, 4, 100)},
            {expected_triad()})
          .verdict.outcome,
      NodeOutcome::reject);
}

TEST(SilentPass, ARowThatStandsTwiceIsOneRun) {
  const auto result = judge({triad(80), triad(80)}, {expected_triad()});
  EXPECT_EQ(result.findings[0].runs, 1U);
}

TEST(SilentPass, SimulatedRowsBesideMeasuredOnes) {
  Measurement simulated = again(triad(100), 1, 100);
  simulated.provenance = Provenance::simulated;
  EXPECT_EQ(judge({triad(100), simulated}, {expected_triad()}).verdict.outcome,
            NodeOutcome::incomplete);
  Measurement other = gpus(8);
  other.provenance = Provenance::simulated;
  EXPECT_EQ(judge({triad(100), other}, {expected_triad()}).verdict.outcome,
            NodeOutcome::incomplete);
}

TEST(SilentPass, AnotherInstanceTypeThanOrdered) {
  Measurement m = triad(100);
  m.instance_type = "m7i.medium";
  const auto result = judge({m}, {expected_triad()});
  EXPECT_EQ(result.verdict.outcome, NodeOutcome::reject);
  EXPECT_EQ(result.verdict.reason, "node-a is a m7i.medium, the manifest says m7i.large");
}

TEST(SilentPass, ValuesThatAreNoNumbers) {
  for (const double value : {0.0, -1.0, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_NE(judge({triad(value)}, {expected_triad()}).verdict.outcome, NodeOutcome::accept)
        << value;
  }
  Measurement empty = triad(1);
  empty.median = std::nullopt;
  EXPECT_EQ(judge({empty}, {expected_triad()}).verdict.outcome, NodeOutcome::incomplete);
}

TEST(SilentPass, OneSampleIsNotTakenForCertain) {
  Measurement single = triad(94);
  single.samples = 1;
  single.spread = single.ci_low = single.ci_high = std::nullopt;
  EXPECT_EQ(judge({single}, {expected_triad()}).findings[0].verdict, Verdict::inconclusive);
}

TEST(SilentPass, TextWhereANumberIsExpected) {
  Measurement m = gpus(8);
  m.median = std::nullopt;
  m.text = "8";
  EXPECT_EQ(judge({m}, {expected_gpus()}).verdict.outcome, NodeOutcome::reject);
}

}  // namespace
}  // namespace plumbline
