// The programs as a person or the runner uses them: arguments, files, exit codes.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>

#include "results/schema/exit_code.h"
#include "results/schema/finding.h"
#include "results/schema/suspected_node.h"
#include "tests/unit/judging/pair_runs.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

class Programs : public ::testing::Test {
 protected:
  /// Runs bin/plumbline-<command>; its output, both streams, is in said_.
  int run(const std::string& command) {
    const auto output = results_.path() / "output.txt";
    std::filesystem::create_directories(results_.path());
    const std::string line = "cd '" + results_.path().parent_path().string() + "' && " +
                             PLUMBLINE_BIN "/plumbline-" + command + " >'" + output.string() +
                             "' 2>&1";
    const int status = std::system(line.c_str());
    said_ = read_file(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::vector<Finding> findings(const RunDirectory& run) const {
    return read_all<Finding>(run.findings());
  }

  ResultsFolder results_;
  std::string said_;
};

TEST_F(Programs, IncompleteThenLearnThenAccept) {
  const RunDirectory first = results_.run("20261124T100000Z_acceptance", {triad(100), gpus(8)});
  EXPECT_EQ(run("report"), exit_incomplete) << said_;
  EXPECT_THAT(said_, HasSubstr("no baseline for type m7i.large"));
  EXPECT_EQ(run("baseline learn 20261124T100000Z_acceptance"), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("1 run: the run-to-run spread is a default"));
  EXPECT_THAT(said_, HasSubstr("+ host_memory.triad of numa0>numa0: 100 GB/s"));
  EXPECT_EQ(run("baseline check results/baselines/m7i.large.csv"), exit_ok) << said_;
  EXPECT_EQ(run("baseline show m7i.large"), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("fails below 77.5 GB/s (-22.5 %)"));
  results_.run("20261124T110000Z_acceptance", {triad(97), gpus(8)});
  EXPECT_EQ(run("report"), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("ACCEPT  node-a"));
  EXPECT_TRUE(std::filesystem::exists(first.report()));
}

TEST_F(Programs, ASlowMachineIsRejectedAndExplained) {
  results_.baseline({expected_triad()});
  const RunDirectory slow =
      results_.run("20261124T100000Z_acceptance",
                   {triad(70), again(triad(70), 1, 70.5), again(triad(70), 2, 69.5)});
  EXPECT_EQ(run("report --no-html"), exit_rejected) << said_;
  EXPECT_FALSE(std::filesystem::exists(slow.report()));
  const auto all = findings(slow);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(read_all<NodeVerdict>(slow.nodes()).at(0).outcome, NodeOutcome::reject);
  EXPECT_EQ(run("explain " + all[0].id), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("is 30 % below 100 GB/s"));
  EXPECT_THAT(said_, HasSubstr("interval: 3.481 * 1.2533 * "));
  EXPECT_THAT(said_, HasSubstr("expected 100 GB/s, at least 95 GB/s\n  because: learned: a test"));
  EXPECT_THAT(said_,
              HasSubstr("plumbline probe host_memory --case 'host_memory.triad/numa0>numa0'"));
  EXPECT_EQ(run("explain triad"), exit_ok) << said_;
  EXPECT_EQ(run("explain nonsense"), exit_usage);
}

TEST_F(Programs, FilesForOtherPrograms) {
  results_.baseline({expected_triad()});
  const RunDirectory run_folder = results_.run("20261124T100000Z_acceptance", {triad(100)});
  EXPECT_EQ(run("report --no-html --junit results/junit.xml --prometheus results/plumbline.prom "
                "--jsonl results/findings.jsonl"),
            exit_ok)
      << said_;
  for (const char* name : {"junit.xml", "plumbline.prom", "findings.jsonl"}) {
    EXPECT_TRUE(std::filesystem::exists(results_.path() / name)) << name;
    EXPECT_THAT(said_, HasSubstr(name));
  }
  EXPECT_TRUE(std::filesystem::exists(run_folder.pairs()));
  EXPECT_TRUE(std::filesystem::exists(run_folder.findings_page()));
  EXPECT_EQ(run("report --no-html --junit nowhere/junit.xml"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("nowhere/junit.xml.part"));
  EXPECT_THAT(said_, HasSubstr(": cannot be written"));
}

TEST_F(Programs, WhereTheHarnessIsSuspectNoNodeIsRejected) {
  results_.baseline({expected_triad()});
  std::vector<Measurement> rows;
  Manifest manifest;
  for (int node = 0; node < 12; ++node) {
    manifest.push_back(node_a);
    manifest.back().host = "node-" + std::to_string(node + 10);
    for (int run = 0; run < 3; ++run) {
      rows.push_back(again(triad(100), run, node < 5 ? 50 + run : 100));
      rows.back().host = manifest.back().host;
    }
  }
  const RunDirectory judged = results_.run("20261124T100000Z_acceptance", rows, manifest);
  EXPECT_EQ(run("report"), exit_harness_suspect) << said_;
  EXPECT_THAT(said_, HasSubstr("HARNESS SUSPECT  12 nodes: 7 accepted, 0 rejected, 5 incomplete"));
  EXPECT_THAT(said_, HasSubstr("5 of 12 nodes fail host_memory: suspect the probe"));
  EXPECT_THAT(said_, HasSubstr("drain nothing yet"));
  EXPECT_THAT(said_, HasSubstr("node-10: "));
  EXPECT_THAT(said_, HasSubstr("; and 4 more FAIL of host_memory.triad, on 5 nodes together"));
  EXPECT_THAT(said_, Not(HasSubstr("node-11"))) << "an example is no list";
  for (const NodeVerdict& node : read_all<NodeVerdict>(judged.nodes())) {
    EXPECT_NE(node.outcome, NodeOutcome::reject) << node.host;
  }
  EXPECT_THAT(read_file(judged.report()), HasSubstr("suspect the measurement before the"));
}

TEST_F(Programs, QuietSaysWhatChanged) {
  results_.baseline({expected_triad()});
  const auto slow = [&](const char* name) {
    results_.run(name, {triad(70), again(triad(70), 1, 70.5), again(triad(70), 2, 69.5)});
  };
  results_.run("20261124T100000Z_nightly", {triad(100)});
  EXPECT_EQ(run("report --no-html --quiet"), exit_ok);
  EXPECT_EQ(said_, "");
  slow("20261125T100000Z_nightly");
  EXPECT_EQ(run("report --no-html --quiet"), exit_rejected);
  EXPECT_THAT(said_, HasSubstr("node-a: ACCEPT -> REJECT"));
  slow("20261126T100000Z_nightly");
  EXPECT_EQ(run("report --no-html --quiet"), exit_rejected);
  EXPECT_EQ(said_, "");
  EXPECT_EQ(run("report --no-html --quiet --since 20261124T100000Z_nightly"), exit_rejected);
  EXPECT_THAT(said_, HasSubstr("changed since 20261124T100000Z_nightly"));
  EXPECT_EQ(run("report --since 20261124T100000Z_nightly"), exit_usage);
}

/// Rows of pairs in which a node is at 60 %, of the rounds `rounds` of some step.
std::vector<Measurement> slow_pairs(std::size_t slow, const std::string& rounds) {
  PairRun pairs;
  pairs.factor = [slow](auto from, auto, auto to, auto, auto) {
    return from == slow || to == slow ? 0.6 : 1.0;
  };
  auto rows = rows_of(pairs);
  for (Measurement& row : rows) row.task.replace(0, std::string("efa.round").size(), rounds);
  return rows;
}

TEST_F(Programs, WhoIsToBeMeasuredAgainAfterTheRoundsOfAStep) {
  auto rows = slow_pairs(3, "efa.round");
  for (const auto& [slow, rounds] :
       {std::pair(5, "efa.suspects"), std::pair(6, "gpus.round"), std::pair(7, "efa_2.round")}) {
    const auto others = slow_pairs(static_cast<std::size_t>(slow), rounds);
    rows.insert(rows.end(), others.begin(), others.end());
  }
  const RunDirectory judged =
      results_.run("20261124T100000Z_acceptance", rows, manifest_of(PairRun()));
  EXPECT_EQ(run("report --suspects-of efa"), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("suspects_of_efa.csv\n"));
  const auto named = read_all<SuspectedNode>(judged.suspects_of("efa"));
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].host, "node-3");
  EXPECT_THAT(named[0].reason, HasSubstr("node-3 is 39.5 % slower than "));
  EXPECT_FALSE(std::filesystem::exists(judged.findings())) << "nothing else is judged";

  EXPECT_EQ(run("report --suspects-of topology"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("the rounds of the step \"topology\" have no rate"));
  EXPECT_EQ(run("report --suspects-of efa --bundle node-3"), exit_usage);
}

TEST_F(Programs, BundleOfANode) {
  const RunDirectory run_folder = results_.run("20261124T100000Z_acceptance", {triad(100)});
  EXPECT_EQ(run("report --bundle nobody"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("there is no node \"nobody\""));
#ifdef PLUMBLINE_BUNDLES
  EXPECT_EQ(run("report --bundle node-a"), exit_ok) << said_;
  EXPECT_THAT(said_, HasSubstr("node-a.tar.gz\n"));
  EXPECT_TRUE(std::filesystem::exists(run_folder.path() / "node-a.tar.gz"));
#else
  EXPECT_EQ(run("report --bundle node-a"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("libarchive-dev"));
#endif
  EXPECT_FALSE(std::filesystem::exists(run_folder.findings()));
}

TEST_F(Programs, ThePageOfAFleetWithoutAManifestLeavesOutWhatPassed) {
  results_.baseline({expected_triad()});
  std::vector<Measurement> rows;
  for (int node = 0; node < 20; ++node) {
    rows.push_back(triad(node == 7 ? 50 : 100));
    rows.back().host = "node-" + std::to_string(node);
  }
  const RunDirectory run_directory = results_.run("20261124T100000Z_acceptance", rows);
  std::filesystem::remove(run_directory.manifest());
  EXPECT_EQ(run("report"), exit_rejected) << said_;
  const std::string page = read_file(run_directory.report());
  EXPECT_THAT(page, HasSubstr("finding v-fail"));
  EXPECT_THAT(page, Not(HasSubstr("finding v-pass")));
  EXPECT_THAT(page,
              HasSubstr("19&#160;findings that are not shown here are counted in every total"));
  EXPECT_EQ(findings(run_directory).size(), 20U);
}

TEST_F(Programs, ARaisedBaselineFromTheCommandLine) {
  results_.baseline({expected_triad()});
  results_.run("20261124T100000Z_acceptance", {triad(100)});
  EXPECT_EQ(run("report --no-html"), exit_ok) << said_;
  Baseline raised = expected_triad();
  raised.expected = "130";
  write_table(results_.path() / "raised.csv", std::vector{raised});
  EXPECT_EQ(run("report --no-html --baselines results/raised.csv"), exit_rejected) << said_;
  EXPECT_THAT(said_, HasSubstr("is 23.1 % below 130 GB/s"));
}

TEST_F(Programs, LearnRefusesWhatIsNotSound) {
  results_.baseline({expected_triad()});
  results_.run("rejected", {triad(50)});
  results_.run("failed", {triad(100), failed(gpus(8), "bus error")});
  Measurement simulated = gpus(8);
  simulated.provenance = Provenance::simulated;
  results_.run("mixed", {triad(100), simulated});
  EXPECT_EQ(run("baseline learn rejected"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("cannot be learned from: it is rejected: numa0>numa0"));
  EXPECT_EQ(run("baseline learn failed"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("bus error"));
  EXPECT_EQ(run("baseline learn mixed"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("simulated"));
}

TEST_F(Programs, LearnDryRunWritesNothing) {
  results_.run("a", {triad(100)});
  EXPECT_EQ(run("baseline learn a --dry-run"), exit_ok) << said_;
  EXPECT_FALSE(std::filesystem::exists(results_.path() / "baselines"));
}

TEST_F(Programs, BaselineCheckListsAllErrors) {
  Baseline bad = expected_triad();
  bad.low = std::nullopt;
  bad.source = "";
  write_table(results_.path() / "bad.csv", std::vector{bad});
  EXPECT_EQ(run("baseline check results/bad.csv"), exit_rejected);
  EXPECT_THAT(said_, HasSubstr("bad.csv:2: low: is empty: nothing could fail this gate"));
  EXPECT_THAT(said_, HasSubstr("bad.csv:2: source: is empty"));
  EXPECT_THAT(said_, HasSubstr("2 errors"));
}

TEST_F(Programs, BaselineDiff) {
  write_table(results_.path() / "a.csv", std::vector{expected_triad()});
  Baseline other = expected_triad();
  other.expected = "90";
  write_table(results_.path() / "b.csv", std::vector{other});
  EXPECT_EQ(run("baseline diff results/a.csv results/b.csv"), exit_ok);
  EXPECT_THAT(said_, HasSubstr("100 GB/s -> 90 GB/s (-10 %)"));
}

TEST_F(Programs, BaselineShowOfSeveralNodes) {
  EXPECT_EQ(run("baseline show p5en.48xlarge --nodes 16 --metric all_reduce.busbw"), exit_ok);
  EXPECT_THAT(said_, HasSubstr("369.9 GB/s"));
  EXPECT_THAT(said_, Not(HasSubstr("4 nodes")));
  EXPECT_EQ(run("baseline show p6e-gb200.36xlarge --nodes 18 --metric ranks"), exit_ok);
  EXPECT_THAT(said_, HasSubstr("72"));
  EXPECT_EQ(run("baseline show p5en.48xlarge --nodes 7 --metric all_reduce.busbw"), exit_ok);
  EXPECT_THAT(said_, HasSubstr("nothing is expected of 7 nodes together, only of 4, 16"));
}

TEST_F(Programs, DevelopmentBoxesHaveABaseline) {
  for (const char* type :
       {"g5.48xlarge", "g5.xlarge", "g6e.48xlarge", "g6e.xlarge", "p5.4xlarge"}) {
    EXPECT_EQ(run(std::string("baseline show ") + type + " --metric gpu_memory.read"), exit_ok);
    EXPECT_THAT(said_, HasSubstr("gpu_memory.read")) << type;
    EXPECT_THAT(said_, HasSubstr("fails below")) << type;
  }
}

TEST_F(Programs, UsageErrors) {
  EXPECT_EQ(run("report nowhere"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("there is no such run"));
  EXPECT_EQ(run("report --nonsense"), exit_usage);
  EXPECT_EQ(run("baseline"), exit_usage);
  EXPECT_EQ(run("report"), exit_usage);
  EXPECT_THAT(said_, HasSubstr("holds no run yet"));
}

}  // namespace
}  // namespace plumbline
