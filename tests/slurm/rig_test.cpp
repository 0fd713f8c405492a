#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

#include "tests/rig_leftovers.h"
#include "tests/scripted_rig.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::filesystem::path script = PLUMBLINE_SLURM_RIG;

std::string sorted_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line + "\n");
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line;
  return sorted;
}

class SlurmRig : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = ScriptedRig::missing(script);
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

TEST_F(SlurmRig, AStepRunsOnEveryNode) {
  ScriptedRig rig(script, {"4"});
  EXPECT_EQ(sorted_lines(rig.say("exec", {"srun", "-Q", "-N4", "hostname"}).output),
            "n1\nn2\nn3\nn4\n");
  EXPECT_EQ(sorted_lines(rig.say("exec", {"srun", "-Q", "-N4", "sh", "-c",
                                          "echo $SLURM_PROCID of $SLURM_NTASKS"})
                             .output),
            "0 of 4\n1 of 4\n2 of 4\n3 of 4\n");
}

TEST_F(SlurmRig, SixteenNodesComeUp) {
  ScriptedRig rig(script, {"16"});
  EXPECT_EQ(rig.say("exec", {"sinfo", "-h", "-t", "idle", "-o", "%D"}).output, "16\n");
}

TEST_F(SlurmRig, AStepHasEightGpusOnEachNode) {
  ScriptedRig rig(script, {"2"});
  EXPECT_EQ(rig.say("exec",
                    {"srun", "-Q", "-N2", "--gres=gpu:8", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES"})
                .output,
            "0,1,2,3,4,5,6,7\n0,1,2,3,4,5,6,7\n");
  EXPECT_EQ(rig.say("exec",
                    {"srun", "-Q", "-N1", "--gres=gpu:3", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES"})
                .output,
            "0,1,2\n");
  EXPECT_NE(rig.say("exec", {"srun", "-Q", "-N1", "--gres=gpu:9", "true"}).exit, 0);
}

TEST_F(SlurmRig, ExitCodesComeThrough) {
  ScriptedRig rig(script, {"2"});
  EXPECT_EQ(rig.say("exec", {"srun", "-Q", "-N2", "sh", "-c", "exit 3"}).exit, 3);
  write_file(rig.shared("job.sh"), "#!/bin/sh\nsrun -Q -l hostname\nexit 4\n");
  const Said said = rig.say(
      "exec", {"sbatch", "--wait", "-N2", "-o", rig.shared("job.out"), rig.shared("job.sh")});
  EXPECT_EQ(said.exit, 4) << said.output;
  EXPECT_EQ(sorted_lines(read_file(rig.shared("job.out"))), "0: n1\n1: n2\n");
}

TEST_F(SlurmRig, NodesHaveTmpAndMemoryOfTheirOwnAndShareTheRig) {
  ScriptedRig rig(script, {"2"});
  EXPECT_EQ(rig.say("exec", {"srun", "-Q", "-N2", "sh", "-c",
                             "set -C && : >/tmp/mine && : >/dev/shm/mine && : >\"$0/$(hostname)\"",
                             rig.folder()})
                .output,
            "");
  EXPECT_FALSE(std::filesystem::exists("/tmp/mine"));
  EXPECT_TRUE(std::filesystem::exists(rig.shared("n1")));
  EXPECT_TRUE(std::filesystem::exists(rig.shared("n2")));
}

TEST_F(SlurmRig, NodesHaveRailsOnRequest) {
  ScriptedRig rig(script, {"2", "--rails", "2", "--rate", "200mbit"});
  EXPECT_EQ(rig.say("exec", {"srun", "-Q", "-N1", "ls", "/sys/class/net"}).output,
            "eth0\nlo\nrail0\nrail1\n");
  EXPECT_THAT(rig.say("on", {"n1", "tc", "qdisc", "show", "dev", "rail1"}).output,
              HasSubstr("rate 200Mbit"));
}

TEST_F(SlurmRig, ANodeThatDiesInMidStepIsSeen) {
  ScriptedRig rig(script, {"3"});
  const Running step = rig.start("exec", {"srun", "-Q", "-N2", "-w", "n1,n2", "sh", "-c",
                                          ": >\"$0/$(hostname)\"; sleep 600", rig.folder()});
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(rig.shared("n1")) && std::filesystem::exists(rig.shared("n2"));
  })) << step.output();
  ASSERT_EQ(rig.say("kill-node", {"n2"}).output, "");
  EXPECT_NE(step.wait(), 0);
  EXPECT_THAT(step.output(), HasSubstr("Node failure on n2"));
  EXPECT_EQ(rig.say("exec", {"sinfo", "-h", "-t", "down", "-o", "%N"}).output, "n2\n");
  EXPECT_EQ(sorted_lines(rig.say("exec", {"srun", "-Q", "-N2", "hostname"}).output), "n1\nn3\n");
}

TEST_F(SlurmRig, TwoRigsDoNotMeet) {
  ScriptedRig one(script, {"2"});
  {
    ScriptedRig other(script, {"1"});
    EXPECT_EQ(sorted_lines(one.say("exec", {"srun", "-Q", "-N2", "hostname"}).output), "n1\nn2\n");
    EXPECT_EQ(other.say("exec", {"srun", "-Q", "-N1", "hostname"}).output, "n1\n");
    EXPECT_EQ(other.say("exec", {"sinfo", "-h", "-o", "%D"}).output, "1\n");
  }
  EXPECT_EQ(sorted_lines(one.say("exec", {"srun", "-Q", "-N2", "hostname"}).output), "n1\nn2\n");
}

TEST_F(SlurmRig, DownEndsARunningStep) {
  const ScratchFolder scratch;
  std::filesystem::path folder;
  const std::string mark = "602.0" + std::to_string(::getpid());
  {
    ScriptedRig rig(script, {"2"});
    folder = rig.folder();
    const Running step = rig.start("exec", {"srun", "-Q", "-N2", "sleep", mark});
    ASSERT_TRUE(eventually([&] {
      const std::string found = processes_with("sleep " + mark);
      return std::count(found.begin(), found.end(), '\n') >= 4;  // srun, exec's, and the two
    })) << step.output();
    step.signal(SIGKILL);
    step.wait();
  }
  expect_nothing_left(folder);
  EXPECT_EQ(processes_with("sleep " + mark), "");
}

TEST_F(SlurmRig, DownEndsWhatAKilledUpLeft) {
  const ScratchFolder scratch;
  int halves = 0;
  for (int ms = 20; ms < 2000; ms += ms / 2) {
    if (is_killed_halfway(script, scratch, {"4"}, ms)) ++halves;
  }
  EXPECT_GT(halves, 3);
}

TEST_F(SlurmRig, AnUpThatFailsLeavesNothing) {
  const ScratchFolder scratch;
  const std::filesystem::path rig = scratch / "rig";
  const Running up =
      start_program({script, "up", rig, "2", "--rails", "1", "--rate", "fast"}, scratch / "output");
  EXPECT_EQ(up.wait(), 1);
  EXPECT_THAT(up.output(), HasSubstr("fast"));
  EXPECT_THAT(up.output(), HasSubstr(rig.string() + " did not come up"));
  expect_nothing_left(rig);
}

TEST_F(SlurmRig, WhatIsNotARigIsLeftAlone) {
  const ScratchFolder scratch;
  write_file(scratch / "precious" / "file", "");
  const auto exit_of = [&](const std::vector<std::string>& words) {
    return start_program(words, scratch / "output").wait();
  };
  EXPECT_EQ(exit_of({script, "up", scratch / "precious", "2"}), 1);
  EXPECT_EQ(exit_of({script, "down", scratch / "precious"}), 1);
  EXPECT_TRUE(std::filesystem::exists(scratch / "precious" / "file"));
  EXPECT_EQ(exit_of({script, "down", scratch / "nothing"}), 0);
  EXPECT_EQ(exit_of({script, "up", scratch / "rig"}), 2);
  EXPECT_EQ(exit_of({script, "up", scratch / "rig", "many"}), 2);
  EXPECT_EQ(exit_of({script, "up", scratch / "rig", "2", "--ssh"}), 2);
  EXPECT_EQ(exit_of({script, "up", scratch / std::string(90, 'x'), "2"}), 1);
  EXPECT_EQ(exit_of({script, "up", scratch / "a rig", "2"}), 1);
  EXPECT_FALSE(std::filesystem::exists(scratch / "a rig"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "rig"));
}

TEST_F(SlurmRig, CheckSaysWhatIsMissing) {
  const ScratchFolder scratch;
  const Running check = start_program(
      {"/bin/bash", "-c",
       "exec unshare --mount bash -c 'mount --bind /dev/null \"$(PATH=$PATH:/usr/sbin command -v "
       "munged)\"; " +
           script.string() + " check'"},
      scratch / "output");
  EXPECT_EQ(check.wait(), 1);
  EXPECT_EQ(check.output(), "slurm rig: munged is not here (Debian package munge)\n");
}

}  // namespace
}  // namespace plumbline
