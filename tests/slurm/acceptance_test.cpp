// `plumbline accept --slurm` over sixteen virtual p5.48xlarge nodes, with a few steps of the
// acceptance: one has slow memory, and one loses its power.

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "results/schema/baseline.h"
#include "results/schema/finding.h"
#include "suites/launch/local.h"
#include "suites/rehearsal/virtual_machine.h"
#include "suites/running/task_outcome.h"
#include "tests/slurm/nodes.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const fs::path bin = PLUMBLINE_BIN;
constexpr const char* type = "p5.48xlarge";
constexpr int nodes = 16;
const std::string slow = "n5", crashing = "n11";

class SlurmAcceptance : public SlurmNodes<RigFleet> {
 protected:
  void SetUp() override {
    SlurmNodes::SetUp();
    if (IsSkipped()) return;
    if (!fs::exists(bin / "plumbline-virtual-machine")) {
      GTEST_SKIP() << "this build has no virtual node (the CUDA toolkit was not there)";
    }
    make_nodes(nodes);
    make_machines();
    make_tree();
  }

  /// An install tree whose probes measure the virtual machine of the host that they run on.
  fs::path tree() { return rig().shared("tree"); }

  fs::path suite() {
    return write("some.toml",
                 "name = \"some\"\n[defaults]\ndeadline = \"5m\"\n"
                 "[[step]]\nname = \"topology\"\nprobe = \"topology\"\n"
                 "[[step]]\nname = \"health\"\nprobe = \"health\"\n"
                 "[[step]]\nname = \"gpu_memory\"\nprobe = \"gpu_memory\"\nfilter = "
                 "\"gpu_memory.read\"\noptions = { max-time = 0.02, min-time = 0.01 }\n"
                 "[[step]]\nname = \"health_after\"\nprobe = \"health\"\nneeds = [\"health\"]\n");
  }

  /// What these steps do not measure decides nothing.
  fs::path baselines() {
    const fs::path file = rig().shared(std::string(type) + ".csv");
    std::vector<Baseline> rows =
        read_all<Baseline>(bin / "../share/plumbline/baselines" / (std::string(type) + ".csv"));
    for (Baseline& row : rows) {
      const bool is_measured = row.metric.starts_with("topology.") ||
                               row.metric.starts_with("health.") || row.metric == "gpu_memory.read";
      if (!is_measured) row.use = Use::context;
    }
    CsvAppender<Baseline>(file).append(rows);
    return file;
  }

 private:
  void make_machines() {
    Interruption interruption;
    for (int number = 1; number <= nodes; ++number) {
      const std::string host = "n" + std::to_string(number);
      std::vector<std::string> faults;
      if (host == slow) faults = {"gpu3.hbm=0.8"};
      const fs::path folder = rig().shared("machines") / host;
      fs::create_directories(folder.parent_path());
      make_virtual_machine(folder, bin / "plumbline-virtual-machine", type, faults, interruption);
    }
  }

  void make_tree() {
    fs::create_directories(tree() / "bin");
    for (const char* program : {"plumbline", "plumbline-report"}) {
      fs::copy_file(bin / program, tree() / "bin" / program);
    }
    fs::create_directory_symlink(bin / "../share", tree() / "share");
    Interruption interruption;
    for (const std::string name : {"topology", "health", "gpu_memory"}) {
      const std::string program = "plumbline-probe-" + name;
      for (const auto& entry : fs::directory_iterator(rig().shared("machines"))) {
        const VirtualMachine machine = read_virtual_machine(entry.path());
        std::vector<std::string> words = {"env", "LD_PRELOAD=" + machine.preload.front(),
                                          bin / program};
        for (std::string& word : options_for(bin / program, machine, interruption)) {
          words.push_back(std::move(word));
        }
        write_script(entry.path() / program, "exec " + shell_line(words) + " \"$@\"\n");
      }
      write_script(tree() / "bin" / program, "exec '" + rig().shared("machines").string() +
                                                 "'/\"$(hostname)\"/" + program + " \"$@\"\n");
    }
  }

  static void write_script(const fs::path& file, const std::string& text) {
    std::ofstream(file) << "#!/bin/sh\n" << text;
    fs::permissions(file, fs::perms::owner_all);
  }
};

TEST_F(SlurmAcceptance, OfSixteenNodesEachHasTheRightVerdict) {
  const auto begin = std::chrono::steady_clock::now();
  const Running running =
      start(tree() / "bin",
            {"accept", suite(), "--slurm", "--baselines", baselines(), "--instance-type", type,
             "--look-gap", "0", "--hosts-lock-file", "/run/plumbline.lock", "--seed", "7"});
  ASSERT_TRUE(eventually(
      [&] {
        return running.has_ended() || (has_begun() && has_sent(crashing, "nodes", "topology."));
      },
      std::chrono::seconds(200)))
      << running.output();
  ASSERT_EQ(rig().say("kill-node", {crashing}).output, "");
  EXPECT_EQ(running.wait(), 1) << running.output();
  std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()
            << " s\n";

  std::map<std::string, NodeVerdict> verdicts;
  for (const NodeVerdict& node : read_all<NodeVerdict>(run().nodes())) verdicts[node.host] = node;
  EXPECT_EQ(verdicts.size(), static_cast<std::size_t>(nodes));
  for (const auto& [host, node] : verdicts) {
    const NodeOutcome expected = host == slow       ? NodeOutcome::reject
                                 : host == crashing ? NodeOutcome::incomplete
                                                    : NodeOutcome::accept;
    EXPECT_EQ(node.outcome, expected) << host << ": " << node.reason;
  }
  EXPECT_THAT(verdicts[slow].reason, HasSubstr("gpu3"));

  std::map<std::string, std::set<std::string>> cases;
  std::string crash;
  for (const Measurement& row : rows()) {
    if (is_task_row(row)) {
      if (row.host == crashing && row.task == "nodes@" + crashing) crash = row.note;
      continue;
    }
    EXPECT_EQ(row.provenance, Provenance::simulated) << row.host << ' ' << row.case_name;
    cases[row.host].insert(row.task + ' ' + row.case_name);
  }
  EXPECT_THAT(crash, HasSubstr(crashing + " was not heard of for 30 s"));
  for (const auto& [host, own] : cases) {
    if (host == crashing) {
      EXPECT_FALSE(own.empty()) << "what it had sent is kept";
    } else if (host != slow) {
      EXPECT_EQ(own, cases["n1"]) << host;
    }
  }
  EXPECT_EQ(cases.size(), static_cast<std::size_t>(nodes));
}

}  // namespace
}  // namespace plumbline
