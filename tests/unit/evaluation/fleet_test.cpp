#include "reports/evaluation/fleet.h"

#include <gtest/gtest.h>

#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;

/// `slow` of `nodes` nodes have a slow memory.
Fleet fleet_of(int nodes, int slow) {
  Fleet fleet;
  const Expectations expectations({expected_triad(), expected_gpus()});
  for (int i = 0; i < nodes; ++i) {
    ManifestEntry node = node_a;
    node.host = "node-" + std::to_string(i);
    Measurement m = triad(i < slow ? 50 : 100);
    Measurement g = gpus(8);
    m.host = g.host = node.host;
    fleet.add(evaluate_node(node, std::vector{m, g}, expectations));
  }
  return fleet;
}

TEST(Fleet, NoNodeAtAllIsNotAccepted) { EXPECT_EQ(Fleet().exit_code(), exit_incomplete); }

TEST(Fleet, AllAccepted) {
  const Fleet fleet = fleet_of(4, 0);
  EXPECT_EQ(fleet.exit_code(), exit_ok);
  EXPECT_EQ(fleet.accepted, 4U);
  EXPECT_EQ(fleet.findings.pass, 8U);
}

TEST(Fleet, OneOfFiveIsARejectedNode) { EXPECT_EQ(fleet_of(5, 1).exit_code(), exit_rejected); }

TEST(Fleet, FourOfFourIsTooFewToSuspectTheHarness) {
  EXPECT_EQ(fleet_of(4, 4).exit_code(), exit_rejected);
}

TEST(Fleet, ThreeOfFifteenIsSuspect) {
  const Fleet fleet = fleet_of(15, 3);
  EXPECT_EQ(fleet.exit_code(), exit_harness_suspect);
  ASSERT_EQ(fleet.suspects().size(), 1U);
  EXPECT_EQ(fleet.suspects()[0].family, "host_memory");
}

TEST(Fleet, SuspicionOfTheHarnessRejectsNobody) {
  std::vector<NodeVerdict> nodes(4);
  nodes[1].outcome = nodes[2].outcome = nodes[3].outcome = NodeOutcome::reject;
  nodes[0].outcome = NodeOutcome::accept;
  nodes[1].reason = "gpu3 is slow";
  Fleet fleet = fleet_of(15, 3);
  fleet.reject_nobody_if_suspect(nodes);
  EXPECT_EQ(fleet.rejected, 0U);
  EXPECT_EQ(fleet.incomplete, 3U);
  EXPECT_EQ(fleet.exit_code(), exit_harness_suspect);
  EXPECT_EQ(nodes[0].outcome, NodeOutcome::accept);
  EXPECT_EQ(nodes[1].outcome, NodeOutcome::incomplete);
  EXPECT_EQ(nodes[1].reason,
            "3 of 15 nodes fail host_memory: suspect the probe or its baseline first; of this "
            "node: gpu3 is slow");

  Fleet other = fleet_of(16, 3);
  nodes[1].outcome = NodeOutcome::reject;
  other.reject_nobody_if_suspect(nodes);
  EXPECT_EQ(other.rejected, 3U);
  EXPECT_EQ(nodes[1].outcome, NodeOutcome::reject);
}

TEST(Fleet, ThreeOfSixteenIsNot) { EXPECT_EQ(fleet_of(16, 3).exit_code(), exit_rejected); }

TEST(Fleet, RejectedComesBeforeIncomplete) {
  Fleet fleet = fleet_of(2, 1);
  fleet.add(evaluate_node(node_a, {}, Expectations({expected_triad()})));
  EXPECT_EQ(fleet.incomplete, 1U);
  EXPECT_EQ(fleet.exit_code(), exit_rejected);
}

TEST(Fleet, SomethingUnreadableLeavesItIncomplete) {
  Fleet fleet = fleet_of(2, 0);
  fleet.leave_incomplete();
  EXPECT_EQ(fleet.exit_code(), exit_incomplete);
}

}  // namespace
}  // namespace plumbline
