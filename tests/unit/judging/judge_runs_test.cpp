#include "reports/judging/judge_runs.h"

#include <gmock/gmock.h>

#include "reports/judging/find_run.h"
#include "results/schema/file_error.h"
#include "results/schema/journal.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JudgeRuns : public ::testing::Test {
 protected:
  Judgement judge(const std::vector<RunDirectory>& runs) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    hosts_.clear();
    findings_.clear();
    return judge_runs(runs, store, [&](const NodeEvaluation& node, std::span<const Measurement>) {
      hosts_.push_back(node.verdict.host);
      findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
    });
  }

  ResultsFolder results_;
  std::vector<std::string> hosts_;
  std::vector<Finding> findings_;
};

TEST_F(JudgeRuns, Accepts) {
  results_.baseline({expected_triad()});
  const Judgement judgement = judge({results_.run("r1", {triad(100)})});
  EXPECT_EQ(judgement.fleet.exit_code(), exit_ok);
  EXPECT_EQ(judgement.rows, 1U);
}

TEST_F(JudgeRuns, RepetitionsInSeveralRunsAreJudgedTogether) {
  results_.baseline({expected_triad()});
  judge({results_.run("r1", {triad(80)}), results_.run("r2", {again(triad(80), 60, 81)}),
         results_.run("r3", {again(triad(80), 120, 80)})});
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(findings_[0].runs, 3U);
  EXPECT_FALSE(findings_[0].remeasure);
}

TEST_F(JudgeRuns, EveryNodeOfTheManifestInOrderAndTheStrays) {
  results_.baseline({expected_triad()});
  const Judgement judgement =
      judge({results_.run("r1", {on(triad(100), "c"), on(triad(100), "a"), on(triad(100), "x")},
                          {node("d"), node("c"), node("b"), node("a")})});
  EXPECT_THAT(hosts_, ElementsAre("a", "b", "c", "d", ""));
  EXPECT_EQ(judgement.fleet.accepted, 2U);
  EXPECT_EQ(judgement.fleet.incomplete, 2U);
  EXPECT_EQ(judgement.nodes.size(), 4U);
  EXPECT_EQ(judgement.fleet.exit_code(), exit_incomplete);
  EXPECT_THAT(judgement.notes,
              ElementsAre("x has 1 row but is not in the manifest: they were not judged"));
}

TEST_F(JudgeRuns, NoBaselineForTheType) {
  const Judgement judgement = judge({results_.run("r1", {triad(100)})});
  EXPECT_EQ(judgement.fleet.exit_code(), exit_incomplete);
  EXPECT_THAT(judgement.types_without_baseline, ElementsAre("m7i.large"));
}

TEST_F(JudgeRuns, NoManifestIsNotAccepted) {
  results_.baseline({expected_triad()});
  const RunDirectory run = results_.run("r1", {triad(100)});
  std::filesystem::remove(run.manifest());
  const Judgement judgement = judge({run});
  EXPECT_EQ(judgement.fleet.exit_code(), exit_incomplete);
  EXPECT_THAT(judgement.notes.at(0), HasSubstr("has no manifest.csv"));
}

TEST_F(JudgeRuns, EmptyManifestIsNotAccepted) {
  EXPECT_EQ(judge({results_.run("r1", {triad(100)}, {})}).fleet.exit_code(), exit_incomplete);
}

TEST_F(JudgeRuns, ManifestWithoutMeasurementsIsNotAccepted) {
  results_.baseline({expected_triad()});
  const RunDirectory run = results_.run("r1", {});
  std::filesystem::remove(run.measurements());
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_incomplete);
}

TEST_F(JudgeRuns, TornLine) {
  results_.baseline({expected_triad()});
  const RunDirectory run = results_.run("r1", {triad(100)});
  write_file(run.measurements(), read_file(run.measurements()) + "1,r1,2026-11");
  const Judgement judgement = judge({run});
  EXPECT_THAT(judgement.torn_lines.at(0), HasSubstr("1,r1,2026-11"));
  EXPECT_EQ(judgement.rows, 1U);
}

TEST_F(JudgeRuns, ABadRowLeavesItsNodeIncomplete) {
  results_.baseline({expected_triad()});
  const RunDirectory run =
      results_.run("r1", {on(triad(100), "a"), on(triad(100), "b")}, {node("a"), node("b")});
  std::string bad = csv_line(on(triad(777), "b"));
  bad.replace(bad.find("777"), 3, "7x7");
  write_file(run.measurements(), read_file(run.measurements()) + bad);
  const Judgement judgement = judge({run});
  ASSERT_EQ(judgement.nodes.size(), 2U);
  EXPECT_EQ(judgement.nodes[0].outcome, NodeOutcome::accept);
  EXPECT_EQ(judgement.nodes[1].outcome, NodeOutcome::incomplete);
  EXPECT_THAT(judgement.nodes[1].reason, HasSubstr("measurements.csv:4: median: found \"7x7\""));
  EXPECT_EQ(judgement.fleet.exit_code(), exit_incomplete);
}

TEST_F(JudgeRuns, ATaskThatNeverEndedLeavesTheRunIncomplete) {
  results_.baseline({expected_triad()});
  const RunDirectory run = results_.run("r1", {triad(100)});
  Journal journal(run.journal());
  journal.append({wall_now(), "task_started", "host_memory#1", 1, {}});
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_incomplete);
  EXPECT_THAT(judge({run}).notes.at(0), HasSubstr("1 task of r1 did not end (host_memory#1)"));
  journal.append({wall_now(), "task_ended", "host_memory#1", 1, {}});
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_ok);
}

/// What comes next is begun when it is known: between two stages no task is open.
TEST_F(JudgeRuns, ARunOnManyHostsThatHasMoreToDoIsIncomplete) {
  results_.baseline({expected_triad()});
  const RunDirectory run = results_.run("r1", {triad(100)});
  Journal journal(run.journal());
  const auto append = [&](const std::string& event, const std::string& task = "") {
    journal.append({wall_now(), event, task, task.empty() ? 0U : 1U, {}});
  };
  append("fleet_run_started");
  append("task_started", "nodes@n1");
  append("task_ended", "nodes@n1");
  append("interrupted");
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_incomplete);
  EXPECT_THAT(judge({run}).notes.at(0), HasSubstr("r1 did not come to its end: go on with"));
  append("resumed");
  append("measured");
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_ok);
  append("run_ended");
  append("retried");
  EXPECT_EQ(judge({run}).fleet.exit_code(), exit_incomplete);
}

TEST_F(JudgeRuns, FindRun) {
  results_.run("20261124T100000Z_a", {});
  results_.run("20261124T110000Z_b", {});
  EXPECT_EQ(find_run(results_.path(), "latest").name(), "20261124T110000Z_b");
  EXPECT_EQ(find_run(results_.path(), "20261124T100000Z_a").name(), "20261124T100000Z_a");
  EXPECT_EQ(find_runs(results_.path(), {}).size(), 1U);
  EXPECT_EQ(find_runs(results_.path(), {"latest", "20261124T110000Z_b"}).size(), 1U);
  EXPECT_THROW(find_run(results_.path(), "nonsense"), FileError);
}

}  // namespace
}  // namespace plumbline
