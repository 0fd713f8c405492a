#include "suites/simulation/trend_score.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "results/schema/finding.h"
#include "suites/simulation/promises.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;

/// One GPU whose memory is slower from run 24 on, another one that gets so over six runs, a driver
/// in run 26; and reports that are made up.
class TrendScoringTest : public ::testing::Test {
 protected:
  TrendScoringTest()
      : described("instance_type = \"simulated.nightly\"\nbaseline = \"" +
                  (shipped_worlds / "nightly.csv").string() +
                  "\"\nruns = 32\nnodes = 8\n[network]\nmeasured = false\n"
                  "[[cohort]]\nname = \"all\"\nshare = 1\noffset = -0.03\nmetric = \"gpu_memory\"\n"
                  "from_run = 26\n"
                  "[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_memory.read\"\n"
                  "subject = \"gpu\"\nseverity = 0.08\nfrom_run = 24\nuntil_run = 30\n"
                  "[[fault]]\nkind = \"slow\"\ncount = 1\nmetric = \"gpu_compute.burst\"\n"
                  "subject = \"gpu\"\nseverity = 0.08\nfrom_run = 21\ngrows_over = 6\n"),
        scoring(described.fleet) {
    for (std::uint64_t run = 0; run < 20; ++run) scoring.skip(run, folder_of(run));
  }

  static std::string name(std::uint64_t run) { return fmt::format("run-{:02}", run); }
  RunDirectory folder_of(std::uint64_t run) const {
    const auto path = folder.path() / name(run);
    std::filesystem::create_directories(path);
    return RunDirectory::at(path);
  }

  const Fault& fault(const std::string& metric) const {
    return *std::ranges::find_if(described.fleet.faults,
                                 [&](const Fault& f) { return f.rule->metric == metric; });
  }

  /// What a report says of a part of the node; `changed` in words.
  Finding regression(std::size_t node, const std::string& metric, const std::string& subject,
                     const std::string& changed) const {
    Finding f;
    f.host = described.fleet.manifest[node].host;
    f.metric = metric;
    f.subject = subject;
    const Measurement& row = described.fleet.machine.series[described.series(metric, subject)].row;
    f.bytes = row.bytes;
    f.params = row.params;
    f.verdict = Verdict::warn;
    f.rule = "trend regression";
    f.sentence =
        subject + " is 8 % below 3000 GB/s, its own level in 25 runs since run-00; " + changed;
    return f;
  }
  Finding of_fault(const std::string& metric, const std::string& changed) const {
    return regression(fault(metric).place, metric, fault(metric).subject, changed);
  }

  void look_at(std::uint64_t run, const std::vector<Finding>& findings,
               const std::string& notes = "") {
    const RunDirectory directory = folder_of(run);
    CsvAppender<Finding>(directory.findings()).append(findings);
    write_file(directory.findings_page(), notes);
    scoring.look_at(run, directory);
  }

  /// Nothing is said until this run, which has the fault of gpu_memory.read; `changed` in words.
  TrendScore told_in(std::uint64_t run, const std::string& changed) {
    for (std::uint64_t silent = 20; silent < run; ++silent) look_at(silent, {});
    look_at(run, {of_fault("gpu_memory.read", changed)});
    return scoring.finish();
  }

  DescribedFleet described;
  ScratchFolder folder;
  TrendScoring scoring;
};

TEST_F(TrendScoringTest, WhatIsToldInTimeCounts) {
  for (std::uint64_t run = 20; run < 25; ++run) look_at(run, {});
  const Finding told =
      of_fault("gpu_memory.read", "it changed in run-24 (run-23 to run-25), by 8 % (7 % to 9 %)");
  for (std::uint64_t run = 25; run < 32; ++run) {
    look_at(run, {told, of_fault("gpu_compute.burst", "it changed in run-24, by 7 %")},
            "- one event of the fleet in run-26: gpu\\_memory changed\n");
  }
  const TrendScore score = scoring.finish();
  EXPECT_EQ(score.judged_runs, 12U);
  EXPECT_EQ(score.steps, 1U);
  EXPECT_EQ(score.steps_within_three, 1U);
  EXPECT_EQ(score.runs_to_tell, 2U) << "in the second run that has it";
  EXPECT_EQ(score.dated_within_one, 1U);
  EXPECT_EQ(score.dated_in_interval, 1U);
  EXPECT_EQ(score.drifts, 1U);
  EXPECT_EQ(score.drifts_told, 1U);
  EXPECT_EQ(score.false_alarms, 0U) << "a mended part is told for three runs more";
  EXPECT_EQ(score.events, 1U);
  EXPECT_EQ(score.events_told, 1U);
  EXPECT_EQ(score.events_false, 0U);
  EXPECT_GT(score.series_runs, 12U * 8 * 8);
  const Promise p7 = promises_of(described.fleet, {folder_of(31), {}, {}, {}, score})[6];
  EXPECT_EQ(p7.id, "P7");
  EXPECT_EQ(p7.holds, true) << p7.measured;
}

TEST_F(TrendScoringTest, ADateWithoutAnIntervalIsADate) {
  const TrendScore score = told_in(25, "it changed in run-24, by 8 % (7 % to 9 %)");
  EXPECT_EQ(score.steps_told, 1U);
  EXPECT_EQ(score.dated, 1U);
  EXPECT_EQ(score.dated_within_one, 1U);
  EXPECT_EQ(score.dated_in_interval, 1U);
}

TEST_F(TrendScoringTest, WhatIsToldTooLateOrNeverDoesNot) {
  const TrendScore score = told_in(28, "it changed in run-20 (run-19 to run-22), by 8 %");
  EXPECT_EQ(score.steps_told, 1U);
  EXPECT_EQ(score.steps_within_four, 0U);
  EXPECT_EQ(score.dated, 1U);
  EXPECT_EQ(score.dated_within_one, 0U);
  EXPECT_EQ(score.dated_in_interval, 0U);
  EXPECT_EQ(score.drifts_told, 0U);
  EXPECT_EQ(score.events_told, 0U);
  const Promise p7 = promises_of(described.fleet, {folder_of(31), {}, {}, {}, score})[6];
  EXPECT_EQ(p7.holds, false);
}

TEST_F(TrendScoringTest, WhatDidNotChangeIsAFalseAlarmOnce) {
  const Fault& slow = fault("gpu_memory.read");
  const std::size_t other = slow.place == 0 ? 1 : 0;
  const auto same = regression(other, "host_link.h2d", "gpu0", "it changed in run-22, by 8 %");
  look_at(22, {same, of_fault("gpu_memory.read", "it changed in run-20, by 8 %")});
  look_at(23, {same});
  EXPECT_EQ(scoring.finish().false_alarms, 2U) << "one of a part that was still well";
  look_at(25, {same});
  scoring.skip(26, folder_of(26));
  look_at(31, {},
          "- one event of the fleet in run-22: x\n- one event of the fleet in run-26: y\n"
          "- one event of the fleet in run-26: z\n");
  EXPECT_EQ(scoring.finish().false_alarms, 3U) << "it had ended";
  EXPECT_EQ(scoring.finish().events_told, 0U) << "twice is not once";
  EXPECT_EQ(scoring.finish().events_false, 3U);
}

}  // namespace
}  // namespace plumbline::simulation
