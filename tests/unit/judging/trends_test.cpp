// Parts are compared with their own past, from the files of earlier runs to findings.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "reports/judging/history_file.h"
#include "reports/judging/judge_runs.h"
#include "results/schema/device.h"
#include "results/schema/file_error.h"
#include "results/schema/known_change.h"
#include "tests/unit/judging/fleet_world.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class TrendsTest : public ::testing::Test {
 protected:
  static constexpr std::size_t earlier = 24;

  static std::string name(std::size_t run) {
    return fmt::format("202611{:02}T{:02}0000Z_nightly", 1 + run / 24, run % 24);
  }

  /// All runs, the last one with `fresh` more values of the GPU that is slower from run 21 on.
  RunDirectory write(std::uint64_t fresh) {
    for (std::size_t run = 0; run < earlier; ++run) write_run(run, 0);
    return write_run(earlier, fresh);
  }

  RunDirectory write_run(std::size_t run, std::uint64_t fresh) {
    std::vector<Measurement> rows;
    std::vector<Device> devices;
    std::vector<ContextEntry> context;
    Manifest manifest;
    for (std::size_t node = 0; node < 10; ++node) {
      const std::string host = FleetWorld::host(node);
      manifest.push_back({host, "m7i.large", "", "", "", "", "", ""});
      context.push_back({host, "driver.version", run < update_ ? "570" : "580"});
      for (std::size_t gpu = 0; gpu < 2; ++gpu) {
        // The GPUs of two nodes change places.
        const bool moved = run >= move_ && gpu == 1 && (node == 3 || node == 5);
        const std::size_t part = moved ? 8 - node : node;
        const bool is_slow = part == 3 && gpu == 1 && run >= slow_since_;
        FleetWorld world;
        world.between = 0.01;
        world.level = run < update_ ? 3000 : 2880;
        world.deficit = [&](std::size_t, std::size_t) { return is_slow ? slow_ : 0; };
        for (std::uint64_t attempt = 1; attempt <= 1 + (is_slow ? fresh : 0); ++attempt) {
          Measurement m = world.row(part, gpu, 0, 100 * run + attempt);
          m.host = host;
          m.attempt = attempt;
          m.time = parse_time("2026-11-01T00:00:00.000Z").value() +
                   std::chrono::minutes(60 * run + attempt);
          rows.push_back(m);
        }
        devices.push_back({host, "gpu" + std::to_string(gpu), "gpu", "H100",
                           fmt::format("GPU-{}-{}", part, gpu), "", "", 0});
      }
    }
    const RunDirectory directory = results_.run(name(run), rows, manifest);
    write_table(directory.devices(), devices);
    write_table(directory.context(), context);
    return directory;
  }

  void expect_at_least(double share) {
    Baseline b = expected_triad();
    b.metric = "gpu_memory.read";
    b.subject_class = "gpu";
    b.expected = "2900";
    b.low = -share;
    b.spread = 0.003;
    results_.baseline({b});
  }

  Judgement judge(const RunDirectory& run) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    findings_.clear();
    return judge_runs(
        std::vector{run}, store,
        [&](const NodeEvaluation& node, std::span<const Measurement>) {
          findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
        },
        results_.path() / "runs");
  }

  std::vector<Finding> with_rule(const std::string& rule) const {
    std::vector<Finding> found;
    std::copy_if(findings_.begin(), findings_.end(), std::back_inserter(found),
                 [&](const Finding& f) { return f.rule == rule; });
    return found;
  }

  std::size_t update_ = 1000;
  std::size_t move_ = 1000;
  std::size_t slow_since_ = 21;
  double slow_ = 0.06;
  ResultsFolder results_;
  std::vector<Finding> findings_;
};

TEST_F(TrendsTest, APartThatIsSlowerThanItWasFailsBeyondItsTolerance) {
  expect_at_least(0.04);
  const Judgement judgement = judge(write(11));
  const auto found = with_rule("trend regression");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].verdict, Verdict::fail);
  EXPECT_EQ(found[0].host, FleetWorld::host(3));
  EXPECT_EQ(found[0].subject, "gpu1");
  EXPECT_NEAR(found[0].deficit.value(), 0.06, 0.01);
  EXPECT_EQ(found[0].basis, "history");
  EXPECT_THAT(found[0].sentence,
              AllOf(HasSubstr("its own level in 25 runs since 20261101T000000Z_nightly"),
                    HasSubstr("it changed in 20261101T21"), HasSubstr("at most 4 % is tolerated"),
                    HasSubstr("it is GPU-3-1"), Not(HasSubstr("before"))));
  EXPECT_THAT(found[0].action, HasSubstr("replace the part"));
  EXPECT_THAT(judgement.notes, Contains(AllOf(HasSubstr("history: 24 earlier runs"),
                                              HasSubstr("480 timed values"))));
  EXPECT_EQ(judgement.fleet.rejected, 1U);
}

TEST_F(TrendsTest, WithinItsToleranceItIsWorthALook) {
  expect_at_least(0.10);
  const Judgement judgement = judge(write(11));
  ASSERT_THAT(with_rule("trend regression"), SizeIs(1));
  EXPECT_EQ(with_rule("trend regression")[0].verdict, Verdict::warn);
  EXPECT_THAT(with_rule("trend regression")[0].sentence, HasSubstr("without its past it is PASS"));
  EXPECT_EQ(judgement.fleet.accepted, 10U);
}

TEST_F(TrendsTest, AnAlarmAloneAsksForFreshRuns) {
  expect_at_least(0.10);
  const Judgement judgement = judge(write(0));
  EXPECT_THAT(with_rule("trend regression"), IsEmpty());
  const auto asks = std::find_if(findings_.begin(), findings_.end(), [](const Finding& f) {
    return f.remeasure && f.host == FleetWorld::host(3) && f.subject == "gpu1";
  });
  ASSERT_NE(asks, findings_.end());
  EXPECT_EQ(asks->verdict, Verdict::pass) << "an alarm is no verdict";
  EXPECT_THAT(asks->sentence, HasSubstr("below its own level in 24 earlier runs: fresh runs"));
  EXPECT_THAT(judgement.notes, Contains(HasSubstr("lower than in the past: fresh runs decide")));
  EXPECT_EQ(judgement.fleet.exit_code(), exit_ok);
}

TEST_F(TrendsTest, APartIsFollowedIntoAnotherHost) {
  move_ = 23;
  expect_at_least(0.04);
  judge(write(11));
  const auto found = with_rule("trend regression");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].host, FleetWorld::host(5));
  EXPECT_THAT(found[0].sentence, HasSubstr("it is GPU-3-1, which was in node-1003 before"));
}

TEST_F(TrendsTest, TheReportShowsThePastOfWhatIsWorse) {
  expect_at_least(0.04);
  const TrendHistory told = judge(write(11)).trends;
  ASSERT_THAT(told.runs, SizeIs(earlier + 1));
  EXPECT_EQ(told.runs.back(), name(earlier));
  ASSERT_THAT(told.series, SizeIs(1));
  const TrendSeries& series = told.series[0];
  EXPECT_EQ(series.host, FleetWorld::host(3));
  EXPECT_EQ(series.subject, "gpu1");
  EXPECT_EQ(series.part, "GPU-3-1");
  EXPECT_TRUE(series.is_regression);
  ASSERT_THAT(series.values, SizeIs(earlier + 1));
  EXPECT_NEAR(series.values[5], *series.base, 0.02 * *series.base);
  EXPECT_NEAR(series.values.back(), 0.94 * *series.base, 0.02 * *series.base);
  EXPECT_NEAR(static_cast<double>(*series.changed), 21, 1);
}

TEST_F(TrendsTest, TheReportShowsTheLevelOfWhatChangedEverywhere) {
  update_ = 22;
  slow_since_ = 1000;
  expect_at_least(0.10);
  const TrendHistory told = judge(write(0)).trends;
  ASSERT_THAT(told.changes, SizeIs(1));
  EXPECT_EQ(told.changes[0].run, 22U);
  ASSERT_THAT(told.series, SizeIs(1));
  EXPECT_EQ(told.series[0].host, "");
  EXPECT_EQ(told.series[0].subject, "gpu");
  EXPECT_NEAR(told.series[0].values[21] / told.series[0].values[22], 3000.0 / 2880, 0.01);
}

TEST_F(TrendsTest, WithoutAHistoryThereIsNoTrend) {
  const RunDirectory run = write_run(0, 0);
  BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
  const Judgement judgement = judge_runs(
      std::vector{run}, store, [](const NodeEvaluation&, std::span<const Measurement>) {});
  EXPECT_THAT(judgement.trends.runs, IsEmpty());
}

TEST_F(TrendsTest, ADriverUpdateIsOneEvent) {
  update_ = 22;
  slow_since_ = 1000;
  expect_at_least(0.10);
  const Judgement judgement = judge(write(0));
  EXPECT_THAT(with_rule("trend regression"), IsEmpty());
  EXPECT_THAT(
      judgement.notes,
      Contains(AllOf(HasSubstr("one event of the fleet in 20261101T220000Z_nightly: "
                               "gpu_memory.read of gpu changed by -3.9 %"),
                     HasSubstr("on 10 hosts together; driver.version 580 instead of 570; no part "
                               "is at fault"))));
}

TEST_F(TrendsTest, WhatIsKnownIsTheNewLevel) {
  expect_at_least(0.10);
  const RunDirectory last = write(11);
  judge(last);
  const auto told = with_rule("trend regression");
  ASSERT_THAT(told, SizeIs(1));
  // The finding has the line to be written.
  const std::string mark = "known_changes.csv beside the earlier runs: ";
  const std::size_t line = told[0].action.find(mark);
  ASSERT_NE(line, std::string::npos) << told[0].action;
  write_file(results_.path() / "runs" / known_changes_file,
             csv_header<KnownChange>() + told[0].action.substr(line + mark.size()) + '\n');
  Judgement judgement = judge(last);
  EXPECT_THAT(with_rule("trend regression"), IsEmpty());
  EXPECT_THAT(judgement.notes, Not(Contains(HasSubstr("known_changes.csv"))));

  write_table(results_.path() / "runs" / known_changes_file,
              std::vector<KnownChange>{{"20261101", "node-1003", "gpu0", "", "another part"},
                                       {"20261101", "node-9", "", "", "no such host"},
                                       {"20270101", "", "", "", "not yet"}});
  judgement = judge(last);
  EXPECT_THAT(with_rule("trend regression"), SizeIs(1));
  EXPECT_THAT(judgement.notes,
              Contains("known_changes.csv: no run, host or subject of the history is "
                       "meant by 2 lines"));

  write_file(results_.path() / "runs" / known_changes_file, "host,why\nnode-1003,none\n");
  EXPECT_THROW(judge(last), FileError);
}

TEST_F(TrendsTest, AKnownUpdateSaysWhy) {
  update_ = 22;
  slow_since_ = 1000;
  expect_at_least(0.10);
  const RunDirectory last = write(0);
  write_table(results_.path() / "runs" / known_changes_file,
              std::vector<KnownChange>{{name(22), "", "", "gpu_memory", "the vendor knows"}});
  EXPECT_THAT(judge(last).notes,
              Contains(AllOf(HasSubstr("one event of the fleet in " + name(22)),
                             HasSubstr("580 instead of 570; known: the vendor knows"))));
}

TEST_F(TrendsTest, WhatIsKeptOfARunSaysTheSame) {
  expect_at_least(0.04);
  const RunDirectory last = write(11);
  judge(last);
  const auto before = findings_;
  const RunDirectory first = RunDirectory::at(results_.path() / "runs" / name(0));
  ASSERT_TRUE(std::filesystem::exists(first.history()));
  EXPECT_FALSE(std::filesystem::exists(last.history())) << "it is judged, not history";
  ASSERT_TRUE(read_history_file(first).has_value());
  EXPECT_EQ(read_history_file(first)->table.columns.at(0).rows.size(), 20U);
  judge(last);
  EXPECT_EQ(findings_, before);

  const std::string whole = read_file(first.history());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1}) {
    write_file(first.history(), whole.substr(0, size));
    EXPECT_FALSE(read_history_file(first).has_value()) << size;
  }
  std::string other = whole;
  other[whole.size() / 3] = static_cast<char>(~other[whole.size() / 3]);
  write_file(first.history(), other);
  read_history_file(first);  // whatever it gives, it must not fall over
  std::filesystem::remove(first.history());
  judge(last);
  EXPECT_EQ(findings_, before);

  write_table(first.context(), std::vector<ContextEntry>{{"node-1000", "kernel", "6.1"}});
  EXPECT_FALSE(read_history_file(first).has_value()) << "made of other tables";
}

TEST_F(TrendsTest, LaterRunsAndUnreadableOnesAreNoHistory) {
  expect_at_least(0.04);
  const RunDirectory last = write(11);
  results_.run("20261224T000000Z_nightly", {triad(100)});
  write_file(results_.path() / "runs/20261030T000000Z_nightly/measurements.csv", "2,x\n");
  const Judgement judgement = judge(last);
  EXPECT_THAT(judgement.notes, Contains(AllOf(HasSubstr("history: 24 earlier runs"),
                                              HasSubstr("1 later ones left out"))));
  EXPECT_THAT(judgement.notes, Contains(HasSubstr("not part of the history: ")));
  BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
  EXPECT_THROW(judge_runs(
                   std::vector{last}, store,
                   [](const NodeEvaluation&, std::span<const Measurement>) {}, "nowhere"),
               FileError);
}

TEST_F(TrendsTest, APartThatFailedInThreeRunsIsARepeatOffender) {
  slow_since_ = 1000;
  move_ = 23;
  expect_at_least(0.10);
  const RunDirectory last = write(0);
  for (const std::size_t run : {2U, 9U, 17U}) {
    const RunDirectory directory = RunDirectory::at(results_.path() / "runs" / name(run));
    Finding f;
    f.id = "00000001";
    f.verdict = Verdict::fail;
    f.host = FleetWorld::host(3);
    f.subject = "gpu1";
    f.metric = "gpu_memory.pattern";
    f.sentence = "gpu1 has 3 wrong bits";
    Finding passed = f;
    passed.verdict = Verdict::pass;
    write_table(directory.findings(), std::vector<Finding>{passed, f, f});
    NodeVerdict node;
    node.host = f.host;
    node.outcome = NodeOutcome::reject;
    write_table(directory.nodes(), std::vector<NodeVerdict>{node});
  }
  const Judgement judgement = judge(last);
  const auto found = with_rule("repeat offender");
  ASSERT_THAT(found, SizeIs(1)) << "the host that it was in is not to blame";
  EXPECT_EQ(found[0].host, FleetWorld::host(5));
  EXPECT_EQ(found[0].subject, "gpu1");
  EXPECT_EQ(found[0].verdict, Verdict::warn);
  EXPECT_EQ(found[0].value, 3);
  EXPECT_EQ(found[0].sentence,
            "gpu1 (GPU-3-1) failed in 3 of 24 earlier runs, last in 20261101T170000Z_nightly: "
            "gpu1 has 3 wrong bits; it was in node-1003 then, too");
  EXPECT_EQ(judgement.fleet.accepted, 10U);
}

TEST_F(TrendsTest, ANodeThatFailedInThreeRunsIsOne) {
  slow_since_ = 1000;
  expect_at_least(0.10);
  const RunDirectory last = write(0);
  const auto fail_in = [&](std::size_t run) {
    const RunDirectory directory = RunDirectory::at(results_.path() / "runs" / name(run));
    Finding f;
    f.id = "00000001";
    f.verdict = Verdict::fail;
    f.host = FleetWorld::host(4);
    f.subject = "node";
    f.metric = "topology.gpus";
    f.sentence = "node topology.gpus is 7";
    NodeVerdict node;
    node.host = f.host;
    node.outcome = NodeOutcome::reject;
    write_table(directory.findings(), std::vector<Finding>{f});
    write_table(directory.nodes(), std::vector<NodeVerdict>{node});
  };
  fail_in(3);
  fail_in(4);
  judge(last);
  EXPECT_THAT(with_rule("repeat offender"), IsEmpty()) << "twice may be chance";
  fail_in(20);
  judge(last);
  ASSERT_THAT(with_rule("repeat offender"), SizeIs(1));
  EXPECT_EQ(with_rule("repeat offender")[0].sentence,
            "node-1004 failed in 3 of 24 earlier runs, last in 20261101T200000Z_nightly: node "
            "topology.gpus is 7");
}

}  // namespace
}  // namespace plumbline
