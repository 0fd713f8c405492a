// Hosts are compared with each other, from the files of a run to its findings.

#include <gmock/gmock.h>

#include <algorithm>

#include "reports/judging/judge_runs.h"
#include "reports/judging/software_groups.h"
#include "results/schema/device.h"
#include "tests/unit/judging/fleet_world.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FleetOutliersTest : public ::testing::Test {
 protected:
  static constexpr std::size_t slow_node = 17;

  FleetOutliersTest() {
    world_.nodes = 60;
    world_.deficit = [](std::size_t node, std::size_t gpu) {
      return node == slow_node && gpu == 3 ? 0.10 : 0.0;
    };
  }

  void expect(double expected, double low) {
    Baseline b = expected_triad();
    b.metric = "gpu_memory.read";
    b.subject_class = "gpu";
    b.expected = std::to_string(expected);
    b.low = low;
    b.subjects = 8;
    b.spread = 0.003;
    results_.baseline({b});
  }

  /// The slow GPU measured so many times more, with this deficit.
  void measure_again(double deficit, std::uint64_t runs) {
    FleetWorld later = world_;
    later.deficit = [=](std::size_t, std::size_t) { return deficit; };
    for (std::uint64_t run = 2; run < 2 + runs; ++run) {
      again_.push_back(later.row(slow_node, 3, 0, run));
    }
  }

  Judgement judge() {
    auto rows = world_.rows();
    rows.insert(rows.end(), again_.begin(), again_.end());
    Manifest manifest;
    for (std::size_t node = 0; node < world_.nodes; ++node) {
      manifest.push_back({FleetWorld::host(node), "m7i.large", "", "", "", "", "", ""});
    }
    const RunDirectory run = results_.run("20261124T100000Z_acceptance", rows, manifest);
    if (!context_.empty()) write_table(run.context(), context_);
    return judge({run});
  }

  Judgement judge(const std::vector<RunDirectory>& runs) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    findings_.clear();
    return judge_runs(runs, store, [&](const NodeEvaluation& node, std::span<const Measurement>) {
      findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
    });
  }

  std::vector<Finding> outliers() const {
    std::vector<Finding> found;
    std::copy_if(findings_.begin(), findings_.end(), std::back_inserter(found),
                 [](const Finding& f) { return f.rule.starts_with("fleet"); });
    return found;
  }
  const Finding& of_slow_gpu() const {
    return *std::find_if(findings_.begin(), findings_.end(), [](const Finding& f) {
      return f.host == FleetWorld::host(slow_node) && f.subject == "gpu3";
    });
  }
  static NodeOutcome outcome(const Judgement& judgement) {
    return judgement.nodes.at(slow_node).outcome;
  }

  FleetWorld world_;
  std::vector<Measurement> again_;
  std::vector<ContextEntry> context_;
  ResultsFolder results_;
  std::vector<Finding> findings_;
};

TEST_F(FleetOutliersTest, AnyNumberOfThreadsFindsTheSame) {
  expect(2700, -0.08);
  measure_again(0.10, 3);
  judge();
  const std::vector<Finding> found = findings_;
  const RunDirectory run =
      RunDirectory::open(results_.path() / "runs" / "20261124T100000Z_acceptance");
  for (const std::size_t threads : {1U, 2U, 7U}) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    findings_.clear();
    const HostWork work{[&](const NodeEvaluation& node, std::span<const Measurement>) {
      return [this, &node] {
        findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
      };
    }};
    judge_runs(std::vector{run}, store, work, {}, threads);
    EXPECT_EQ(findings_, found) << threads;
  }
}

TEST_F(FleetOutliersTest, OneValueAsksToBeMeasuredAgain) {
  expect(2700, -0.08);
  const Judgement judgement = judge();
  ASSERT_EQ(outliers().size(), 1U);
  const Finding f = outliers()[0];
  EXPECT_EQ(f.verdict, Verdict::inconclusive);
  EXPECT_EQ(f.rule, "fleet candidate");
  EXPECT_TRUE(f.remeasure);
  EXPECT_EQ(f.basis, "cohort");
  EXPECT_NEAR(f.deficit.value(), 0.10, 0.02);
  EXPECT_NEAR(f.low.value(), 2760, 30);
  EXPECT_THAT(f.sentence, AllOf(HasSubstr("gpu3 gpu_memory.read"), HasSubstr("(first run)"),
                                HasSubstr("the median of gpu3 on 60 m7i.large"),
                                HasSubstr("the worst of the 60"), HasSubstr("at most 8"),
                                HasSubstr("(its baseline); fresh runs decide"),
                                HasSubstr("of its baseline alone it is PASS: gpu3")));
  EXPECT_EQ(outcome(judgement), NodeOutcome::incomplete);
  EXPECT_EQ(judgement.fleet.accepted, 59U);
  EXPECT_EQ(judgement.fleet.remeasure, 1U);
}

TEST_F(FleetOutliersTest, FreshValuesThatStaySlowReject) {
  expect(2700, -0.05);
  measure_again(0.10, 5);
  const Judgement judgement = judge();
  ASSERT_EQ(outliers().size(), 1U);
  const Finding f = outliers()[0];
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.rule, "fleet outlier");
  EXPECT_FALSE(f.remeasure);
  EXPECT_EQ(f.runs, 6U);
  EXPECT_THAT(f.sentence, AllOf(HasSubstr("(mean of 5 fresh runs)"), HasSubstr("; q ")));
  EXPECT_THAT(f.action, HasSubstr("measured again"));
  EXPECT_EQ(outcome(judgement), NodeOutcome::reject);
  EXPECT_EQ(judgement.fleet.exit_code(), exit_rejected);
}

TEST_F(FleetOutliersTest, FreshValuesThatAreFineClearIt) {
  expect(2700, -0.05);
  measure_again(0, 5);
  const Judgement judgement = judge();
  EXPECT_THAT(outliers(), IsEmpty());
  EXPECT_EQ(of_slow_gpu().verdict, Verdict::pass);
  EXPECT_THAT(of_slow_gpu().sentence, HasSubstr("stood out once below"));
  EXPECT_EQ(judgement.fleet.exit_code(), exit_ok);
}

TEST_F(FleetOutliersTest, WhatTwelveRunsDoNotDecideStaysInconclusive) {
  expect(2700, -0.05);
  measure_again(0.053, 11);
  const Judgement judgement = judge();
  ASSERT_EQ(outliers().size(), 1U);
  EXPECT_EQ(outliers()[0].verdict, Verdict::inconclusive);
  EXPECT_FALSE(outliers()[0].remeasure);
  EXPECT_THAT(outliers()[0].sentence, HasSubstr("11 fresh runs did not decide, p "));
  EXPECT_EQ(outcome(judgement), NodeOutcome::incomplete);
}

TEST_F(FleetOutliersTest, WhatItsBaselineFailsStaysSo) {
  expect(3000, -0.05);
  measure_again(0.10, 5);
  judge();
  EXPECT_THAT(outliers(), IsEmpty());
  EXPECT_EQ(of_slow_gpu().verdict, Verdict::fail);
  EXPECT_EQ(of_slow_gpu().rule, "timed");
  EXPECT_THAT(of_slow_gpu().sentence, HasSubstr("the median of gpu3 on 60 m7i.large"));
}

TEST_F(FleetOutliersTest, WithoutABaselineItIsIncompleteAndTheOutlierIsNamed) {
  Judgement judgement = judge();
  EXPECT_EQ(judgement.fleet.exit_code(), exit_incomplete);
  EXPECT_EQ(judgement.fleet.accepted, 0U);
  ASSERT_EQ(outliers().size(), 1U);
  EXPECT_THAT(outliers()[0].sentence, HasSubstr("(5 sigma of them)"));
  measure_again(0.10, 5);
  judgement = judge();
  EXPECT_EQ(outcome(judgement), NodeOutcome::reject);
  EXPECT_EQ(judgement.fleet.accepted, 0U);
  EXPECT_EQ(judgement.fleet.rejected, 1U);
}

TEST_F(FleetOutliersTest, AFleetThatIsSlowAsAWholeIsTheBaselinesToSee) {
  expect(3000, -0.05);
  world_.deficit = [](std::size_t, std::size_t) { return 0.2; };
  EXPECT_NE(judge().fleet.exit_code(), exit_ok);
  EXPECT_THAT(outliers(), IsEmpty());
  EXPECT_THAT(findings_, Not(IsEmpty()));
  for (const Finding& f : findings_) EXPECT_EQ(f.verdict, Verdict::fail);
}

TEST_F(FleetOutliersTest, WhatIsThereForContextIsLeftAlone) {
  Baseline b = expected_triad();
  b.metric = "gpu_memory.read";
  b.subject_class = "gpu";
  b.use = Use::context;
  results_.baseline({b});
  judge();
  EXPECT_THAT(outliers(), IsEmpty());
}

TEST_F(FleetOutliersTest, OtherSoftwareIsSaidAndNotFailedFor) {
  for (std::size_t node = 0; node < world_.nodes; ++node) {
    context_.push_back(
        {FleetWorld::host(node), "driver.version", node == slow_node ? "570.1" : "580.2"});
    context_.push_back({FleetWorld::host(node), "cpu_governor", node % 2 == 0 ? "a" : "b"});
  }
  expect(2700, -0.05);
  measure_again(0.10, 5);
  const Judgement judgement = judge();
  ASSERT_EQ(outliers().size(), 1U);
  EXPECT_EQ(outliers()[0].verdict, Verdict::inconclusive);
  EXPECT_THAT(outliers()[0].sentence,
              HasSubstr("its software differs: driver.version 570.1 instead of 580.2"));
  EXPECT_THAT(outliers()[0].action, HasSubstr("the software of the others"));
  EXPECT_EQ(outcome(judgement), NodeOutcome::incomplete);
}

TEST_F(FleetOutliersTest, ADriverThatIsFourPercentSlowerIsNobodysFault) {
  world_.nodes = 100;
  world_.deficit = [](std::size_t node, std::size_t gpu) {
    return (node < 40 ? 0.04 : 0.0) + (node == slow_node && gpu == 3 ? 0.08 : 0.0);
  };
  for (std::size_t node = 0; node < world_.nodes; ++node) {
    context_.push_back({FleetWorld::host(node), "driver.version", node < 40 ? "570" : "580"});
  }
  judge();
  ASSERT_EQ(outliers().size(), 1U);
  EXPECT_EQ(outliers()[0].host, FleetWorld::host(slow_node));
  EXPECT_THAT(outliers()[0].sentence, HasSubstr("on 40 m7i.large with the same software"));
}

TEST_F(FleetOutliersTest, FilesInAnyOrderGiveTheSameFindings) {
  measure_again(0.06, 5);
  auto rows = world_.rows();
  rows.insert(rows.end(), again_.begin(), again_.end());
  const auto lines_of = [&](const std::vector<RunDirectory>& runs) {
    judge(runs);
    std::string text;
    for (const Finding& f : findings_) text += csv_line(f);
    return text;
  };
  const auto written = [&](const std::string& name, std::vector<Measurement> part) {
    // The rows keep the run that measured them, whatever folder they lie in.
    const RunDirectory run = results_.run(name, {}, {});
    write_table(run.measurements(), part);
    std::filesystem::remove(run.manifest());
    return run;
  };
  const std::string expected = lines_of({written("r1", rows)});
  EXPECT_THAT(expected, HasSubstr("fleet"));
  std::mt19937_64 random(3);
  std::shuffle(rows.begin(), rows.end(), random);
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 3);
  EXPECT_EQ(lines_of({written("r2", {middle, rows.end()}), written("r3", {rows.begin(), middle})}),
            expected);
}

TEST(SoftwareGroups, VersionsAndFirmwareButNoSettings) {
  for (const char* key : {"kernel", "driver.version", "nccl.version", "gpu3.vbios",
                          "gpu0.gsp_firmware", "dmi.bios_version", "libfabric.api"}) {
    EXPECT_TRUE(is_version(key)) << key;
  }
  for (const char* key : {"cpu_governor", "env.NCCL_DEBUG", "os", "memory", "nccl.library"}) {
    EXPECT_FALSE(is_version(key)) << key;
  }
}

TEST(SoftwareGroups, DevicesOfAHostAreTakenTogether) {
  const ResultsFolder results;
  const RunDirectory run = results.run("r1", {});
  write_table<ContextEntry>(run.context(), {{"a", "gpu0.vbios", "1"},
                                            {"a", "gpu1.vbios", "1"},
                                            {"b", "gpu1.vbios", "1"},
                                            {"c", "gpu0.vbios", "1"},
                                            {"c", "gpu1.vbios", "2"}});
  const SoftwareGroups groups(std::vector{run});
  EXPECT_EQ(groups.of("r1", "a"), groups.of("r1", "b"));
  EXPECT_NE(groups.of("r1", "a"), groups.of("r1", "c"));
  EXPECT_EQ(groups.of("r1", "unknown"), 0U);
  EXPECT_EQ(
      difference(groups.versions(groups.of("r1", "c")), groups.versions(groups.of("r1", "a"))),
      "gpu.vbios 1 and 2 instead of 1");
  EXPECT_EQ(difference({}, groups.versions(groups.of("r1", "a"))),
            "gpu.vbios unknown instead of 1");
}

}  // namespace
}  // namespace plumbline
