#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "probes/topology/topology_facts.h"
#include "reports/evaluation/node.h"
#include "results/schema/baseline.h"
#include "tests/unit/node/described.h"

// A machine, its facts, the shipped baseline of its type: what is said about it.

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::vector<Measurement> rows_of(const Node& node) {
  Plan plan({});
  plan_topology(plan, node);
  std::vector<Measurement> rows;
  for (const Case& entry : plan.cases()) {
    Measurement row;
    row.host = "node1";
    row.instance_type = node.product_name;
    row.probe = "topology";
    row.case_name = entry.name;
    row.metric = entry.metric->name;
    row.unit = entry.metric->unit;
    row.better = entry.metric->better;
    row.subject = entry.work.subject;
    row.peer = entry.work.peer;
    row.provenance = Provenance::simulated;
    if (entry.kind == Case::Kind::skip) {
      row.outcome = Outcome::skipped;
      row.note = entry.reason;
    } else {
      const FactValue value = entry.fact();
      row.samples = 1;
      if (std::holds_alternative<double>(value)) {
        row.median = std::get<double>(value);
      } else {
        row.text = std::get<std::string>(value);
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

NodeEvaluation judge(const std::string& machine) {
  const Node node = discovered(machine_named(machine));
  const auto baselines =
      read_all<Baseline>(std::string(BASELINES "/") + node.product_name + ".csv");
  // Part of this baseline is about other probes; here only what this one can answer counts.
  std::vector<Baseline> own;
  for (const Baseline& baseline : baselines) {
    if (baseline.metric.starts_with("topology.")) own.push_back(baseline);
  }
  return evaluate_node({"node1", node.product_name, "", "", "", "", "", ""}, rows_of(node),
                       Expectations(own));
}

/// "FAIL topology.gpu.count/node", sorted as a reader sees them; without PASS and UNJUDGED.
std::vector<std::string> troubles(const NodeEvaluation& evaluation) {
  std::vector<std::string> found;
  for (const Finding& finding : evaluation.findings) {
    if (finding.verdict == Verdict::pass || finding.verdict == Verdict::unjudged) continue;
    found.push_back(std::string(verdict_names[finding.verdict]) + ' ' + finding.metric + '/' +
                    finding.subject + (finding.peer.empty() ? "" : '>' + finding.peer));
  }
  return found;
}

class GoodMachine : public ::testing::TestWithParam<const char*> {};

TEST_P(GoodMachine, IsAccepted) {
  const NodeEvaluation evaluation = judge(GetParam());
  EXPECT_THAT(troubles(evaluation), IsEmpty());
  EXPECT_EQ(evaluation.verdict.outcome, NodeOutcome::accept) << evaluation.verdict.reason;
  EXPECT_GT(evaluation.verdict.pass, 40U);
}

INSTANTIATE_TEST_SUITE_P(Types, GoodMachine,
                         ::testing::Values("p4d.24xlarge", "p5.48xlarge", "p5en.48xlarge"),
                         [](const auto& param) {
                           return std::string(param.param, std::string(param.param).find('.'));
                         });

TEST(AMissingGpu, IsNamedByItsSlot) {
  const NodeEvaluation evaluation = judge("p5.48xlarge_without_gpu3");
  EXPECT_EQ(evaluation.verdict.outcome, NodeOutcome::reject);
  EXPECT_THAT(
      troubles(evaluation),
      IsSupersetOf({"FAIL topology.gpu.count/node", "MISSING topology.gpu.pci_id/gpu7",
                    "MISSING topology.pci.id/0000:86:00.0", "FAIL topology.numa.gpus/numa0"}));
}

TEST(AMissingNumaNode, IsMissing) {
  const NodeEvaluation evaluation = judge("p5.48xlarge_without_numa1");
  EXPECT_EQ(evaluation.verdict.outcome, NodeOutcome::reject);
  EXPECT_THAT(
      troubles(evaluation),
      IsSupersetOf({"FAIL topology.numa.count/node", "MISSING topology.numa.memory/numa1",
                    "FAIL topology.memory.total/node", "MISSING topology.gpu.numa_node/gpu4"}));
}

TEST(AMissingEfa, IsMissingByName) {
  const NodeEvaluation evaluation = judge("p5.48xlarge_without_rdmap130s0");
  EXPECT_EQ(evaluation.verdict.outcome, NodeOutcome::reject);
  EXPECT_THAT(troubles(evaluation), IsSupersetOf({"FAIL topology.efa.count/node",
                                                  "MISSING topology.efa.numa_node/rdmap130s0",
                                                  "FAIL topology.gpu.nearest_efa_count/gpu3"}));
}

TEST(HalfTheLanes, FailTheLinkOfThatGpuOnly) {
  const NodeEvaluation evaluation = judge("p5.48xlarge_gpu5_at_half_width");
  EXPECT_EQ(troubles(evaluation), std::vector<std::string>{"FAIL topology.gpu.link/gpu5"});
  const auto found =
      std::find_if(evaluation.findings.begin(), evaluation.findings.end(),
                   [](const Finding& finding) { return finding.verdict == Verdict::fail; });
  ASSERT_NE(found, evaluation.findings.end());
  EXPECT_THAT(found->sentence, HasSubstr("31.5"));
}

TEST(EfasOnTheWrongNumaNode, FailTheirGpu) {
  const NodeEvaluation evaluation = judge("p5.48xlarge_efas_of_gpu3_on_numa1");
  EXPECT_EQ(evaluation.verdict.outcome, NodeOutcome::reject);
  EXPECT_THAT(troubles(evaluation), IsSupersetOf({"FAIL topology.gpu.nearest_efa_by/gpu3",
                                                  "FAIL topology.gpu.nearest_efa_count/gpu3",
                                                  "FAIL topology.numa.efas/numa0",
                                                  "FAIL topology.efa.numa_node/rdmap130s0"}));
}

}  // namespace
}  // namespace plumbline
