// Whole acceptances of small simulated fleets: who is wrong must not be accepted, who is not must
// not be rejected, whatever the world.

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "results/schema/exit_code.h"
#include "results/schema/finding.h"
#include "results/schema/run_directory.h"
#include "results/schema/true_fault.h"
#include "tests/running.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

using Words = std::vector<std::string>;

/// One acceptance of a simulated fleet.
class Worlds : public ::testing::Test {
 protected:
  /// Of p4d.24xlarge, whose nodes have few NICs, below leaves of 8.
  nlohmann::json score(const std::string& world, std::size_t nodes, const Words& more = {}) {
    const auto file = folder_ / "promises.json";
    Words words = {PLUMBLINE_BIN "/plumbline-simulate",
                   world,
                   "--nodes",
                   std::to_string(nodes),
                   "--results",
                   folder_ / "results",
                   "--run-name",
                   "run",
                   "--score",
                   "--promises",
                   file};
    words.insert(words.end(), more.begin(), more.end());
    if (std::ranges::find(more, "--nodes-per-leaf") == more.end()) {
      words.insert(words.end(), {"--nodes-per-leaf", "8"});
    }
    const Running program = start_program(words, folder_ / "output.txt");
    exit_ = program.wait();
    said_ = program.output();
    std::ifstream stream(file);
    if (!stream) {
      ADD_FAILURE() << said_;
      return {};
    }
    return nlohmann::json::parse(stream);
  }
  nlohmann::json score_p4d(const std::string& world, std::size_t nodes, Words more = {}) {
    more.insert(more.end(), {"--instance-type", "p4d.24xlarge", "--no-permutation", "--runs", "1"});
    return score(world, nodes, more);
  }

  RunDirectory run() const { return RunDirectory::open(folder_ / "results" / "runs" / "run"); }

  std::map<std::string, NodeVerdict> verdicts() const {
    std::map<std::string, NodeVerdict> by_host;
    for (const NodeVerdict& v : read_all<NodeVerdict>(run().nodes())) by_host[v.host] = v;
    return by_host;
  }

  /// Nobody healthy is rejected, nobody accepted that may not be; the faulty nodes by kind.
  void expect_right_verdicts(const nlohmann::json& scored) {
    EXPECT_EQ(scored["healthy_rejected"], 0) << said_;
    EXPECT_EQ(scored["unacceptable_accepted"], 0) << said_;
    EXPECT_EQ(scored["values"]["straddling"], 0) << said_;
  }

  ScratchFolder folder_;
  std::string said_;
  int exit_ = 0;
};

TEST_F(Worlds, AHealthyFleetIsAccepted) {
  const auto scored = score("healthy", 40, {"--instance-type", "p4d.24xlarge"});
  EXPECT_EQ(scored["exit_code"], exit_ok) << said_;
  EXPECT_EQ(scored["accepted"], 40);
  expect_right_verdicts(scored);
  EXPECT_THAT(read_all<TrueFault>(run().truth()), IsEmpty());
  for (const auto& promise : scored["promises"]) {
    if (promise["id"] != "P8" && promise["id"] != "P9") continue;
    EXPECT_EQ(promise["holds"], true) << promise["measured"];
  }
}

TEST_F(Worlds, BringUpNamesWhatIsDefective) {
  const auto scored = score_p4d("bringup", 40);
  EXPECT_EQ(scored["exit_code"], exit_rejected) << said_;
  expect_right_verdicts(scored);
  EXPECT_EQ(scored["nics"]["recall"], 1.0) << said_;
  EXPECT_EQ(scored["leaves"]["recall"], 1.0) << said_;
  EXPECT_EQ(scored["gpu_matrices_exact"], scored["gpu_matrices"]) << said_;
  const auto nodes = verdicts();
  for (const TrueFault& fault : read_all<TrueFault>(run().truth())) {
    if (fault.kind == "leaf") continue;
    EXPECT_EQ(nodes.at(fault.host).outcome, NodeOutcome::reject)
        << fault.kind << ' ' << fault.metric << ": " << nodes.at(fault.host).reason;
  }
}

TEST_F(Worlds, AMatureFleetNamesTheFewThatAreBad) {
  const auto scored = score_p4d("mature", 40);
  EXPECT_EQ(scored["exit_code"], exit_rejected) << said_;
  expect_right_verdicts(scored);
  EXPECT_EQ(scored["nics"]["recall"], 1.0) << said_;
  EXPECT_EQ(scored["network_nodes"]["recall"], 1.0) << said_;
  EXPECT_EQ(scored["network_nodes"]["false"], 0) << said_;
  const auto nodes = verdicts();
  for (const TrueFault& fault : read_all<TrueFault>(run().truth())) {
    EXPECT_EQ(nodes.at(fault.host).outcome, NodeOutcome::reject) << fault.kind;
  }
}

TEST_F(Worlds, AProbeThatIsWrongIsSuspectedItself) {
  const auto scored = score_p4d("harness_bug", 16);
  EXPECT_EQ(scored["exit_code"], exit_harness_suspect) << said_;
  EXPECT_EQ(scored["accepted"], 0) << "what was measured wrong is not accepted";
}

TEST_F(Worlds, TasksThatHangOrCrashLeaveTheirNodesUntested) {
  const auto scored = score_p4d("hang", 16);
  EXPECT_EQ(scored["exit_code"], exit_incomplete) << said_;
  expect_right_verdicts(scored);
  const auto nodes = verdicts();
  const auto truth = read_all<TrueFault>(run().truth());
  EXPECT_EQ(truth.size(), 2u);
  for (const TrueFault& fault : truth) {
    EXPECT_EQ(nodes.at(fault.host).outcome, NodeOutcome::incomplete) << fault.kind;
  }
  EXPECT_EQ(scored["incomplete"], truth.size());
}

TEST_F(Worlds, TcpInThePlaceOfEfaIsRejected) {
  const auto scored = score_p4d("tcp_fallback", 16);
  EXPECT_EQ(scored["exit_code"], exit_rejected) << said_;
  expect_right_verdicts(scored);
  const auto nodes = verdicts();
  for (const TrueFault& fault : read_all<TrueFault>(run().truth())) {
    EXPECT_EQ(nodes.at(fault.host).outcome, NodeOutcome::reject);
  }
  EXPECT_EQ(scored["rejected"], 2);
  std::set<std::string> said;
  for (const Finding& f : read_all<Finding>(run().findings())) {
    if (f.rule == "transport") said.insert(f.host);
  }
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(Worlds, WhoHasNoRowsIsNotAccepted) {
  const auto scored = score_p4d("missing_rows", 16);
  EXPECT_EQ(scored["exit_code"], exit_incomplete) << said_;
  expect_right_verdicts(scored);
  const auto truth = read_all<TrueFault>(run().truth());
  ASSERT_EQ(truth.size(), 1u);
  const auto nodes = verdicts();
  ASSERT_THAT(nodes, Contains(Key(truth[0].host)));
  EXPECT_EQ(nodes.at(truth[0].host).outcome, NodeOutcome::incomplete);
  EXPECT_EQ(scored["accepted"], 15);
}

TEST_F(Worlds, ARunnerThatWasKilledAcceptsNobody) {
  write_file(folder_ / "killed.toml",
             "name = \"killed\"\nbased_on = \"" +
                 std::string(PLUMBLINE_BIN "/../share/plumbline/suites/simulation/worlds") +
                 "/healthy.toml\"\n[[fault]]\nkind = \"unfinished\"\ncount = 1\n");
  const auto scored = score_p4d(folder_ / "killed.toml", 4);
  EXPECT_EQ(scored["exit_code"], exit_incomplete) << said_;
  EXPECT_EQ(scored["accepted"], 0);
  EXPECT_EQ(scored["rejected"], 0);
}

TEST_F(Worlds, SlowPartsOfTheNetworkAreNamed) {
  const auto scored = score("fabric", 160);
  expect_right_verdicts(scored);
  for (const char* what : {"network_nodes", "nics", "leaves"}) {
    EXPECT_EQ(scored[what]["recall"], 1.0) << what << '\n' << said_;
    EXPECT_EQ(scored[what]["false"], 0) << what << '\n' << said_;
  }
}

TEST_F(Worlds, ASlowLeafOfFourHidesNothing) {
  // Every second path between leaves crosses it.
  const auto scored = score("fabric", 128, {"--nodes-per-leaf", "32", "--no-permutation"});
  expect_right_verdicts(scored);
  for (const char* what : {"network_nodes", "nics", "leaves"}) {
    EXPECT_EQ(scored[what]["recall"], 1.0) << what << '\n' << said_;
    EXPECT_EQ(scored[what]["false"], 0) << what << '\n' << said_;
  }
}

TEST_F(Worlds, SlowPartsOfNvlinkAreNamedExactly) {
  const auto scored = score("gpu_matrix", 40, {"--no-permutation"});
  EXPECT_EQ(scored["gpu_matrices"], 6) << said_;
  EXPECT_EQ(scored["gpu_matrices_exact"], 6) << said_;
  EXPECT_EQ(scored["gpu_pairs"], 2);
  EXPECT_EQ(scored["gpu_pairs_exact"], 2) << said_;
  EXPECT_EQ(scored["healthy_rejected"], 0) << said_;
}

TEST_F(Worlds, VerdictsAtTheLimitAreRight) {
  const auto scored = score("limits", 100, {"--no-permutation"});
  expect_right_verdicts(scored);
  EXPECT_EQ(scored["values"]["false_fail"], 0) << said_;
  EXPECT_EQ(scored["values"]["false_pass"], 0) << said_;
  EXPECT_GT(scored["values"]["beyond_limits"], 50);
}

TEST_F(Worlds, PartsAreFollowedThroughTheirPast) {
  const auto scored = score("trend", 60, {"--no-permutation"});
  const auto& trends = scored["trends"];
  EXPECT_EQ(trends["judged_runs"], 25) << said_;
  EXPECT_EQ(trends["steps"], 28) << said_;
  EXPECT_EQ(trends["steps_told"], 28) << said_;
  EXPECT_GE(trends["steps_within_three"], 27) << said_;
  EXPECT_GE(trends["drifts_told"], 2) << said_;
  EXPECT_GE(trends["told_elsewhere"], 1) << "a part that moved is followed\n" << said_;
  EXPECT_EQ(trends["false_alarms"], 0) << said_;
  EXPECT_EQ(trends["events_told"], 1) << said_;
  EXPECT_EQ(trends["events_false"], 0) << said_;
  EXPECT_EQ(scored["rejected"], 0) << said_;
}

TEST(Simulate, RefusesWhatIsNotRight) {
  const ScratchFolder folder;
  const auto run = [&](Words words) {
    words.insert(words.begin(), PLUMBLINE_BIN "/plumbline-simulate");
    const Running program = start_program(words, folder / "output.txt");
    const int code = program.wait();
    return std::pair(code, program.output());
  };
  EXPECT_EQ(run({}).first, exit_usage);
  EXPECT_EQ(run({"no_such_world"}).first, exit_usage);
  EXPECT_THAT(run({"matrue"}).second, HasSubstr("did you mean mature?"));
  EXPECT_EQ(run({"mature", "--nodes", "0"}).first, exit_usage);
  EXPECT_EQ(run({"mature", "--nodes", "1000001"}).first, exit_usage);
  EXPECT_EQ(run({"mature", "--promises", "x.json"}).first, exit_usage) << "needs --score";
  EXPECT_EQ(run({"mature", "--nodes", "2", "--results", folder / "results"}).first, exit_usage)
      << "more faults than nodes";
  EXPECT_EQ(run({"--list"}).first, exit_ok);
  EXPECT_EQ(run({"--help"}).first, exit_ok);
}

}  // namespace
}  // namespace plumbline
