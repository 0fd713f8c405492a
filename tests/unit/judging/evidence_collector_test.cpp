#include "reports/judging/evidence_collector.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "reports/judging/software_collector.h"
#include "reports/judging/task_records.h"
#include "results/schema/device.h"
#include "results/schema/journal.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string name(int number) { return fmt::format("node-{:04}", number); }

class CollectEvidence : public ::testing::Test {
 protected:
  Evidence collect(const std::vector<RunDirectory>& runs) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    EvidenceCollector collector(store);
    const Judgement judgement =
        judge_runs(runs, store, [&](const NodeEvaluation& node, std::span<const Measurement> rows) {
          collector.add(node, rows);
        });
    return collector.finish(judgement, runs, "plumbline report");
  }

  /// A fleet of which every tenth node is slow.
  RunDirectory fleet(int nodes) {
    results_.baseline({expected_triad()});
    std::vector<Measurement> rows;
    Manifest manifest;
    for (int n = 0; n < nodes; ++n) {
      manifest.push_back(node(name(n)));
      for (int run = 0; run < 3; ++run) {
        rows.push_back(
            on(again(triad(n % 10 == 3 ? 60 : 100), 60 * run, n % 10 == 3 ? 60 : 100 + 0.1 * run),
               name(n)));
      }
    }
    return results_.run("r1", rows, manifest);
  }

  ResultsFolder results_;
};

TEST_F(CollectEvidence, OfAFewNodesEverything) {
  const Evidence evidence = collect({fleet(16)});
  EXPECT_THAT(evidence.nodes, SizeIs(16));
  EXPECT_THAT(evidence.findings, SizeIs(16));
  for (const JudgedFinding& judged : evidence.findings) EXPECT_THAT(judged.rows, SizeIs(3));
}

TEST_F(CollectEvidence, OfManyNodesWhatNeedsAttention) {
  const Evidence evidence = collect({fleet(40)});
  EXPECT_THAT(evidence.nodes, SizeIs(40));
  EXPECT_THAT(evidence.findings, SizeIs(4));
  for (const JudgedFinding& judged : evidence.findings) {
    EXPECT_EQ(judged.finding.verdict, Verdict::fail);
    EXPECT_THAT(judged.rows, SizeIs(3));
  }
}

TEST_F(CollectEvidence, TheValuesOfEveryNodeInTheOrderOfTheNodes) {
  const Evidence evidence = collect({fleet(40)});
  ASSERT_THAT(evidence.values.series, SizeIs(1));
  const ValueSeries& series = evidence.values.series.front();
  ASSERT_THAT(series.values, SizeIs(40));
  for (int n = 0; n < 40; ++n) {
    EXPECT_EQ(evidence.nodes[static_cast<std::size_t>(n)].host, name(n));
    EXPECT_NEAR(series.values[static_cast<std::size_t>(n)], n % 10 == 3 ? 60 : 100.1, 0.01);
  }
  EXPECT_FALSE(evidence.values.worst_of_metric);
}

TEST_F(CollectEvidence, ANodeWithoutRowsHasNoValue) {
  results_.baseline({expected_triad()});
  const Evidence evidence = collect({results_.run("r1", {on(triad(100), "a"), on(triad(90), "c")},
                                                  {node("a"), node("b"), node("c")})});
  ASSERT_THAT(evidence.values.series, SizeIs(1));
  EXPECT_TRUE(std::isnan(evidence.values.series.front().values[1]));
  EXPECT_EQ(evidence.values.series.front().values[2], 90);
}

TEST_F(CollectEvidence, WhatFailedAndWhatWasNotSteadyIsCountedByReason) {
  results_.baseline({expected_triad()});
  const Measurement without = on(failed(triad(0), "no memory"), "a");
  Measurement unsteady = on(triad(100), "b");
  unsteady.flags = {"unsteady", "correlated"};
  const Evidence evidence =
      collect({results_.run("r1", {without, unsteady}, {node("a"), node("b")})});
  ASSERT_THAT(evidence.troubles, SizeIs(2));
  EXPECT_EQ(evidence.troubles[0].what, "failed");
  EXPECT_EQ(evidence.troubles[0].note, "no memory");
  EXPECT_EQ(evidence.troubles[0].hosts, 1U);
  EXPECT_EQ(evidence.troubles[1].what, "unsteady");
  ASSERT_FALSE(evidence.troubled.empty());
  const auto of_a = std::ranges::find(evidence.troubled, "a", &TroubledSeries::host);
  ASSERT_NE(of_a, evidence.troubled.end());
  EXPECT_THAT(of_a->what, ::testing::HasSubstr("failed"));
  EXPECT_EQ(of_a->note, "no memory");
  EXPECT_FALSE(of_a->finding.empty());
}

TEST_F(CollectEvidence, OfManyNodesTheDevicesOfThoseThatHaveFindings) {
  const RunDirectory run = fleet(20);
  std::vector<Device> devices;
  for (int n = 0; n < 20; ++n) devices.push_back({name(n), "gpu0", "gpu", "", "", "", "", {}});
  write_table(run.devices(), devices);
  const Evidence evidence = collect({run});
  std::vector<std::string> hosts;
  for (const Device& device : evidence.devices) hosts.push_back(device.host);
  EXPECT_THAT(hosts, ElementsAre(name(3), name(13)));
}

TEST_F(CollectEvidence, SoftwareIsCountedByValueAndTheOthersAreNamed) {
  const RunDirectory run = fleet(5);
  std::vector<ContextEntry> context;
  for (int n = 0; n < 5; ++n) context.push_back({name(n), "kernel", n == 2 ? "old" : "new"});
  context.push_back({name(2), "kernel", "old"});  // read twice
  write_table(run.context(), context);
  const Evidence evidence = collect({run});
  EXPECT_EQ(evidence.software_hosts, 5U);
  ASSERT_THAT(evidence.software, SizeIs(1));
  const Setting& kernel = evidence.software.front();
  EXPECT_EQ(kernel.different, 2U);
  EXPECT_EQ(kernel.values[0].value, "new");
  EXPECT_EQ(kernel.values[0].hosts, 4U);
  EXPECT_THAT(kernel.values[0].named, IsEmpty());
  EXPECT_THAT(kernel.values[1].named, ElementsAre(name(2)));
}

TEST_F(CollectEvidence, AllTasksAreCountedAndTheBadOnesAreKept) {
  const RunDirectory run = fleet(1);
  const auto at = [](int s) {
    return *parse_time("2026-11-24T10:00:00.000Z") + std::chrono::seconds(s);
  };
  {
    Journal journal(run.journal());
    journal.append({at(0), "run_started", "", 0, {{"command", "plumbline accept"}, {"host", "a"}}});
    for (int t = 0; t < 600; ++t) {
      const std::string task = fmt::format("topology#{}", t);
      journal.append({at(t), "task_started", task, 1, {}});
      if (t == 599) break;  // never ends
      journal.append({at(t + 2),
                      "task_ended",
                      task,
                      1,
                      {{"outcome", t == 500 ? "failed" : "ok"}, {"reason", "because"}}});
    }
  }
  const Evidence evidence = collect({run});
  EXPECT_EQ(evidence.task_totals.tasks, 600U);
  EXPECT_EQ(evidence.task_totals.not_well, 2U);
  EXPECT_EQ(evidence.task_totals.seconds, 599 * 2);
  EXPECT_THAT(evidence.tasks, SizeIs(most_good_tasks + 2));
  EXPECT_EQ(std::ranges::count(evidence.tasks, "failed", &TaskRecord::outcome), 1);
  EXPECT_EQ(evidence.tasks.front().host, "a");
}

TEST(ValuesOfAFleet, OfTooManyTheWorstOfEachMetric) {
  ValueCollector values;
  NodeVerdict verdict;
  verdict.instance_type = "t";
  std::vector<Finding> findings(2000);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    Finding& f = findings[i];
    f.metric = i < 1000 ? "a" : "b";
    f.instance_type = "t";
    f.subject = "gpu" + std::to_string(i);
    f.better = Better::higher;
    f.value = 1;
    f.deficit = i == 7 ? 0.25 : 0.0;
  }
  for (std::size_t n = 0; n < ValueCollector::most_values / 2000 + 1; ++n) {
    values.add(verdict, findings);
  }
  const FleetValues all = values.finish();
  EXPECT_TRUE(all.worst_of_metric);
  ASSERT_THAT(all.series, SizeIs(2));
  EXPECT_EQ(all.series[0].metric, "a");
  EXPECT_EQ(all.series[0].values.back(), 0.75F);
  EXPECT_EQ(all.series[1].values.back(), 1);
}

TEST(ValuesOfAFleet, ASeriesThatFewNodesHaveIsLeftOut) {
  ValueCollector values;
  NodeVerdict verdict;
  for (int n = 0; n < 10; ++n) {
    Finding common;
    common.metric = "pair";
    common.better = Better::higher;
    common.value = 1;
    Finding own = common;
    own.peer = "host" + std::to_string(n);
    values.add(verdict, std::vector<Finding>{common, own});
  }
  const FleetValues all = values.finish();
  EXPECT_THAT(all.series, SizeIs(1));
}

TEST(ValuesOfAFleet, PathsBetweenNodesAreColumnsOfFewNodesOnly) {
  const auto series_of = [](int nodes) {
    ValueCollector values;
    NodeVerdict verdict;
    for (int n = 0; n < nodes; ++n) {
      Finding path;
      path.metric = "efa.write";
      path.better = Better::higher;
      path.value = 1;
      path.subject = "rdmap79s0";
      path.peer = "n1/rdmap79s0";
      values.add(verdict, std::vector<Finding>{path});
    }
    return values.finish().series;
  };
  EXPECT_THAT(series_of(32), SizeIs(1));
  EXPECT_THAT(series_of(33), SizeIs(0));
}

}  // namespace
}  // namespace plumbline
