#include "suites/simulation/score.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "results/schema/finding.h"
#include "suites/simulation/model.h"
#include "suites/simulation/promises.h"
#include "suites/simulation/write_runs.h"
#include "tests/unit/simulation/described_fleet.h"

namespace plumbline::simulation {
namespace {

using namespace plumbline::testing;

Finding culprit(const std::string& host, const std::string& metric, const std::string& subject,
                Verdict verdict = Verdict::fail, const std::string& rule = "culprit") {
  Finding f;
  f.host = host;
  f.metric = metric;
  f.subject = subject;
  f.verdict = verdict;
  f.rule = rule;
  return f;
}

/// A fleet with one slow NIC and one slow node, and findings about it.
class Scoring : public ::testing::Test {
 protected:
  Scoring()
      : described(
            "[[fault]]\nkind = \"nic\"\ncount = 1\nseverity = 0.2\n"
            "[[fault]]\nkind = \"node\"\ncount = 1\nseverity = 0.2\n"
            "[[fault]]\nkind = \"gpu_sending\"\ncount = 1\nseverity = 0.4\n"),
        run(RunDirectory::create(folder.path(), "scored")) {}

  Score score(const std::vector<Finding>& findings) {
    std::vector<NodeVerdict> nodes;
    for (const ManifestEntry& entry : described.fleet.manifest) {
      NodeVerdict verdict;
      verdict.host = entry.host;
      verdict.outcome = NodeOutcome::accept;
      for (const Finding& f : findings) {
        if (f.host == entry.host && f.verdict == Verdict::fail) {
          verdict.outcome = NodeOutcome::reject;
        }
      }
      nodes.push_back(verdict);
    }
    std::filesystem::remove(run.findings());
    std::filesystem::remove(run.nodes());
    CsvAppender<Finding>(run.findings()).append(findings);
    CsvAppender<NodeVerdict>(run.nodes()).append(nodes);
    return score_run(described.fleet, run, 0, 1);
  }

  const Fault& fault(FaultKind kind) const {
    return *std::ranges::find_if(described.fleet.faults,
                                 [&](const Fault& f) { return f.kind() == kind; });
  }
  const std::string& host_of(FaultKind kind) const {
    return described.fleet.manifest[fault(kind).place].host;
  }
  std::string healthy_host() const {
    for (std::size_t node = 0;; ++node) {
      if (described.fleet.faults_of(node).empty()) return described.fleet.manifest[node].host;
    }
  }
  Finding sending(const std::string& kind) const {
    Finding f = culprit(host_of(FaultKind::gpu_sending), "nvlink.culprit",
                        fault(FaultKind::gpu_sending).subject);
    f.params = {{"kind", kind}};
    return f;
  }

  DescribedFleet described;
  ScratchFolder folder;
  RunDirectory run;
};

TEST_F(Scoring, WhatIsNamedAndSoIsFound) {
  const Score s =
      score({culprit(host_of(FaultKind::nic), "efa.culprit", fault(FaultKind::nic).subject),
             culprit(host_of(FaultKind::node), "efa.culprit", "node"), sending("gpu_sending")});
  EXPECT_EQ(s.nics.recall(), 1);
  EXPECT_EQ(s.nics.precision(), 1);
  EXPECT_EQ(s.network_nodes.recall(), 1);
  EXPECT_EQ(s.gpu_matrices, 1u);
  EXPECT_EQ(s.gpu_matrices_exact, 1u);
  EXPECT_EQ(s.healthy_rejected, 0u);
  EXPECT_EQ(s.rejected, 3u);
  EXPECT_EQ(s.unacceptable_nodes, 3u);
  EXPECT_EQ(s.unacceptable_accepted, 0u);
}

TEST_F(Scoring, WhatIsNotNamedIsMissed) {
  const Score s = score({});
  EXPECT_EQ(s.nics.recall(), 0);
  EXPECT_FALSE(s.nics.precision());
  EXPECT_EQ(s.network_nodes.recall(), 0);
  EXPECT_EQ(s.gpu_matrices_exact, 0u);
  EXPECT_EQ(s.unacceptable_accepted, 3u);
  EXPECT_FALSE(all_hold(promises_of(described.fleet, {run, {}, s, {}, {}}), s));
}

TEST_F(Scoring, AHealthyNodeThatIsNamedIsAccused) {
  const Score s = score({culprit(healthy_host(), "efa.culprit", "node")});
  EXPECT_EQ(s.network_nodes.false_ones, 1u);
  EXPECT_EQ(s.network_nodes.precision(), 0);
  EXPECT_EQ(s.network_nodes_healthy_accused, 1u);
  EXPECT_EQ(s.healthy_rejected, 1u);
}

TEST_F(Scoring, TheWrongPartOfTheRightNodeIsNotIt) {
  const Score s =
      score({culprit(host_of(FaultKind::nic), "efa.culprit", "node"), sending("gpu_receiving")});
  EXPECT_EQ(s.nics.recall(), 0);
  EXPECT_EQ(s.network_nodes.false_ones, 1u);
  EXPECT_EQ(s.network_nodes_healthy_accused, 0u);
  EXPECT_EQ(s.gpu_matrices_exact, 0u);
}

TEST_F(Scoring, ASuspectIsNotNamed) {
  const Score s = score(
      {culprit(healthy_host(), "efa.culprit", "node", Verdict::inconclusive, "one of two ends")});
  EXPECT_EQ(s.network_nodes.false_ones, 0u);
}

TEST_F(Scoring, VerdictsAndIntervalsAreHeldAgainstTheTrueValue) {
  const std::size_t series = described.series("gpu_memory.read", "gpu0");
  const std::string host = healthy_host();
  std::size_t node = 0;
  while (described.fleet.manifest[node].host != host) ++node;
  const double value = true_state(described.fleet, node, series, 0).value;
  Finding f;
  f.host = host;
  f.metric = "gpu_memory.read";
  f.subject = "gpu0";
  f.rule = "timed";
  f.bytes = described.fleet.machine.series[series].row.bytes;
  f.params = described.fleet.machine.series[series].row.params;
  f.value = value;
  f.runs = 1;
  f.verdict = Verdict::fail;
  f.low = value * 0.9;
  f.ci_low = value * 0.99;
  f.ci_high = value * 1.01;
  Score s = score({f});
  EXPECT_EQ(s.values.within_limits, 1u);
  EXPECT_EQ(s.values.false_fail, 1u);
  EXPECT_EQ(s.values.covering, 1u);
  EXPECT_EQ(s.values.straddling, 0u);

  f.verdict = Verdict::pass;
  f.low = value * 1.005;
  s = score({f});
  EXPECT_EQ(s.values.false_pass, 1u);
  EXPECT_EQ(s.values.straddling, 1u);

  f.ci_low = value * 1.001;
  EXPECT_EQ(score({f}).values.covering, 0u);
}

TEST(ScoringOutliers, WhatIsSlowerThanTheScaleOfItsFleetToleratesIsNoFalseOne) {
  const DescribedFleet d(
      "nodes = 4000\ntails = 3\n[network]\nmeasured = false\n"
      "[[metrics]]\nname = \"made\"\ncount = 1\nruns = 0.001\ndevices = 0.02\n");
  const std::size_t series = d.series("fleet.made0", "node");
  const auto value = [&](std::size_t node) { return true_state(d.fleet, node, series, 0).value; };
  std::vector<std::size_t> order(d.fleet.nodes());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, value);
  const double usual = usual_value(d.fleet, order[0], series, 0);
  ASSERT_LT(value(order[0]), 0.88 * usual) << "tails are heavy";
  const ScratchFolder folder;
  const RunDirectory run = RunDirectory::create(folder.path(), "scored");
  const auto score_with = [&](std::size_t node) {
    Finding f =
        culprit(d.fleet.manifest[node].host, "fleet.made0", "node", Verdict::fail, "fleet outlier");
    NodeVerdict verdict;
    verdict.host = f.host;
    verdict.outcome = NodeOutcome::reject;
    std::filesystem::remove(run.findings());
    std::filesystem::remove(run.nodes());
    CsvAppender<Finding>(run.findings()).append(f);
    CsvAppender<NodeVerdict>(run.nodes()).append(verdict);
    return score_run(d.fleet, run, 0, 1);
  };
  const Score of_slow = score_with(order[0]);
  EXPECT_EQ(of_slow.outlier_fails, 1u);
  EXPECT_EQ(of_slow.outliers.false_ones, 0u);
  EXPECT_EQ(of_slow.healthy_rejected, 0u);
  const Score of_usual = score_with(order[1000]);
  EXPECT_EQ(of_usual.outliers.false_ones, 1u);
  EXPECT_EQ(of_usual.healthy_rejected, 1u);
}

TEST(Promises, AFileIsJsonOrCsv) {
  const ScratchFolder folder;
  const ScoredWorld scored{RunDirectory::at(folder.path()), {}, {}, {}, {}};
  EXPECT_ANY_THROW(write_promises({}, scored, folder / "promises.txt"));
  write_promises({{"P1", "fast, and small", "so \"it\" was", true}}, scored, folder / "p.csv");
  EXPECT_EQ(read_file(folder / "p.csv"),
            "promise,promised,measured,holds\nP1,\"fast, and small\",\"so \"\"it\"\" was\",1\n");
}

}  // namespace
}  // namespace plumbline::simulation
