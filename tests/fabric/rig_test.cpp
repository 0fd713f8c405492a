#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/rig_leftovers.h"
#include "tests/scripted_rig.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

const std::filesystem::path script = PLUMBLINE_FABRIC_RIG;

class FabricRig : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = ScriptedRig::missing(script, {"--ssh"});
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

/// What iperf3 receives in host1 from host0, by the name that host1 has on a link, in Mbit/s.
class FabricRates : public FabricRig {
 protected:
  void SetUp() override {
    FabricRig::SetUp();
    if (std::system("iperf3 --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "iperf3 is not here (Debian package iperf3)";
    }
  }

  static double rate(ScriptedRig& rig, const std::string& to, bool back = false) {
    const Running server = rig.start("exec", {"host1", "iperf3", "-s", "-1", "--forceflush"});
    // The server is there when it has said so.
    EXPECT_TRUE(eventually([&] { return server.output().find("listening") != std::string::npos; }))
        << server.output();
    Words words = {"host0", "iperf3", "-c", to, "-t", "2", "-O", "1", "-J"};
    if (back) words.push_back("-R");
    const Said said = rig.say("exec", words);
    if (said.exit != 0) server.signal(SIGKILL);
    server.wait();
    const auto json = nlohmann::json::parse(said.output, nullptr, false);
    if (said.exit != 0 || json.is_discarded() || !json["end"].contains("sum_received")) {
      ADD_FAILURE() << to << ": " << said.output;
      return 0;
    }
    return json["end"]["sum_received"]["bits_per_second"].get<double>() / 1e6;
  }

  static void expect_near(double found, double expected) {
    EXPECT_GT(found, expected * 0.85);
    EXPECT_LT(found, expected * 1.02);
  }
};

TEST_F(FabricRates, EachRailHasItsRateBothWays) {
  ScriptedRig rig(script, {"--rails", "2", "--rate", "200mbit"});
  expect_near(rate(rig, "host1-rail0"), 200);
  expect_near(rate(rig, "host1-rail0", true), 200);
  expect_near(rate(rig, "host1-rail1"), 200);
  EXPECT_GT(rate(rig, "host1"), 400);  // eth0 is not shaped
}

TEST_F(FabricRates, ASlowRailIsSlowBothWaysAndAlone) {
  ScriptedRig rig(script, {"--rails", "2", "--rate", "200mbit"});
  ASSERT_EQ(rig.say("slow", {"host1", "rail0", "50mbit"}).output, "");
  expect_near(rate(rig, "host1-rail0"), 50);
  expect_near(rate(rig, "host1-rail0", true), 50);
  expect_near(rate(rig, "host1-rail1"), 200);
  ASSERT_EQ(rig.say("mend", {"host1", "rail0"}).output, "");
  expect_near(rate(rig, "host1-rail0"), 200);
}

/// bash opens a connection to an sshd and reads the greeting; 0 if it comes.
Said greet(ScriptedRig& rig, const std::string& from, const std::string& to) {
  return rig.say("exec", {from, "timeout", "2", "bash", "-c",
                          "exec 3<>/dev/tcp/" + to + "/22 && read -r -u 3 line && echo \"$line\""});
}

TEST_F(FabricRig, ACutRailIsSilentAndItsNeighboursAreNot) {
  ScriptedRig rig(script, {"--rails", "2", "--ssh"});
  EXPECT_THAT(greet(rig, "host0", "host1-rail1").output, StartsWith("SSH-"));
  ASSERT_EQ(rig.say("cut", {"host1", "rail1"}).output, "");
  EXPECT_EQ(greet(rig, "host0", "host1-rail1").exit, 124);  // no refusal: nothing at all
  EXPECT_EQ(greet(rig, "host1", "host0-rail1").exit, 124);
  EXPECT_THAT(greet(rig, "host0", "host1-rail0").output, StartsWith("SSH-"));
  ASSERT_EQ(rig.say("mend", {"host1", "rail1"}).output, "");
  EXPECT_THAT(greet(rig, "host0", "host1-rail1").output, StartsWith("SSH-"));
}

TEST_F(FabricRig, AVanishedHostTellsNobody) {
  ScriptedRig rig(script, {"--hosts", "3", "--ssh"});
  const std::string mark = "600.0" + std::to_string(::getpid());  // a sleep that nobody else sleeps
  ASSERT_EQ(
      rig.say("exec", {"host1", "bash", "-c", "setsid -f sleep " + mark + " >/dev/null 2>&1"}).exit,
      0);
  ASSERT_NE(processes_with("sleep " + mark), "");
  // A connection is open and quiet while the host vanishes: 1 would be an end, 142 is a wait.
  const Running reader =
      rig.start("exec", {"host0", "bash", "-c",
                         "exec 3<>/dev/tcp/host1/22; read -r -u 3; echo open; read -r -t 3 -u 3"});
  ASSERT_TRUE(eventually([&] { return reader.output() == "open\n"; })) << reader.output();
  ASSERT_EQ(rig.say("vanish", {"host1"}).output, "");
  EXPECT_EQ(reader.wait(), 142) << reader.output();
  EXPECT_EQ(processes_with("sleep " + mark), "");
  EXPECT_EQ(greet(rig, "host0", "host1").exit, 124);
  EXPECT_THAT(greet(rig, "host0", "host2").output, StartsWith("SSH-"));
  const Said said = rig.say("exec", {"host1", "true"});
  EXPECT_EQ(said.exit, 1);
  EXPECT_THAT(said.output, HasSubstr("host1"));
  EXPECT_THAT(said.output, HasSubstr("host0 host2"));
}

TEST_F(FabricRig, AHostHasItsOwnNameLinksAndMemory) {
  ScriptedRig rig(script, {"--names", "left,right", "--rails", "2", "--own-tmp"});
  EXPECT_EQ(rig.say("exec", {"left", "hostname"}).output, "left\n");
  EXPECT_EQ(rig.say("exec", {"right", "hostname"}).output, "right\n");
  EXPECT_EQ(rig.say("exec", {"left", "ls", "/sys/class/net"}).output, "eth0\nlo\nrail0\nrail1\n");
  for (const std::string place : {"/dev/shm", "/tmp", "/run"}) {
    EXPECT_EQ(rig.say("exec", {"left", "touch", place + "/of_the_rig"}).output, "");
    EXPECT_EQ(rig.say("exec", {"left", "test", "-e", place + "/of_the_rig"}).exit, 0);
    EXPECT_EQ(rig.say("exec", {"right", "test", "-e", place + "/of_the_rig"}).exit, 1);
    EXPECT_FALSE(std::filesystem::exists(place + "/of_the_rig"));
  }
  // The rig's folder lies below /tmp and is seen all the same.
  EXPECT_EQ(rig.say("exec", {"left", "touch", rig.shared("seen")}).output, "");
  EXPECT_EQ(rig.say("exec", {"right", "test", "-e", rig.shared("seen")}).exit, 0);
  EXPECT_TRUE(std::filesystem::exists(rig.shared("seen")));
}

TEST_F(FabricRig, AFolderThatIsSharedIsSeenUnderItsName) {
  const ScratchFolder scratch;
  write_file(scratch / "letter", "hello\n");
  ScriptedRig rig(script, {"--own-tmp", "--share", scratch.path()});
  EXPECT_EQ(rig.say("exec", {"host0", "cat", scratch / "letter"}).output, "hello\n");
  EXPECT_EQ(rig.say("exec", {"host0", "ls", "/tmp"}).exit, 0);
}

TEST_F(FabricRig, TheCommandsExitCodeFolderAndEndAreTheCallers) {
  ScriptedRig rig(script, {"--hosts", "1"});
  EXPECT_EQ(rig.say("exec", {"host0", "sh", "-c", "exit 7"}).exit, 7);
  EXPECT_EQ(rig.say("exec", {"host0", "pwd"}).output,
            std::filesystem::current_path().string() + "\n");
  const std::string mark = "601.0" + std::to_string(::getpid());
  const Running sleeper = rig.start("exec", {"host0", "sleep", mark});
  const auto sleeps = [&] {  // exec has it in its own command line too
    return processes_with("sleep " + mark).find(" sleep " + mark) != std::string::npos;
  };
  ASSERT_TRUE(eventually(sleeps));
  sleeper.signal(SIGKILL);
  sleeper.wait();
  EXPECT_TRUE(eventually([&] { return !sleeps(); }));
}

TEST_F(FabricRig, SshReachesEachHostByName) {
  ScriptedRig rig(script, {"--ssh"});
  const std::string config = rig.folder() / "ssh" / "config";
  EXPECT_EQ(rig.say("exec", {"host0", "ssh", "-F", config, "host1", "hostname"}).output, "host1\n");
  EXPECT_EQ(rig.say("exec", {"host1", "ssh", "-F", config, "host0-rail0", "hostname"}).output,
            "host0\n");
  EXPECT_EQ(rig.say("exec", {"host0", "ssh", "-F", config, "host1", "exit 7"}).exit, 7);
  EXPECT_EQ(rig.say("exec", {"host0", "ssh", "-F", config, "nobody", "true"}).exit, 255);
}

TEST_F(FabricRig, TwoRigsWithTheSameAddressesDoNotMeet) {
  ScriptedRig one(script, {"--ssh"});
  {
    ScriptedRig other(script, {"--ssh"});
    for (ScriptedRig* rig : {&one, &other}) {
      write_file(rig->shared("which"), rig->folder().string());
      EXPECT_EQ(rig->say("exec", {"host0", "ssh", "-F", rig->folder() / "ssh" / "config", "host1",
                                  "cat", rig->shared("which")})
                    .output,
                rig->folder());
    }
    ASSERT_EQ(other.say("cut", {"host1", "eth0"}).output, "");
    EXPECT_EQ(greet(other, "host0", "host1").exit, 124);
    EXPECT_THAT(greet(one, "host0", "host1").output, StartsWith("SSH-"));
  }
  EXPECT_THAT(greet(one, "host0", "host1").output, StartsWith("SSH-"));
}

TEST_F(FabricRig, DownEndsWhatAKilledTestLeft) {
  const ScratchFolder scratch;
  const std::filesystem::path rig = scratch / "rig";
  const auto say = [&](const Words& words) {
    const Running running = start_program(words, scratch / "output");
    const int exit = running.wait();
    return Said{exit, running.output()};
  };
  ASSERT_EQ(say({script, "up", rig, "--ssh"}).output, "");
  const std::string mark = (rig / "mark").string();
  const Running user = start_program(
      {script, "exec", rig, "host0", "bash", "-c", "sleep 600 # " + mark}, scratch / "user");
  ASSERT_EQ(say({script, "exec", rig, "host1", "bash", "-c",
                 "setsid -f bash -c 'sleep 600; # " + mark + "' >/dev/null 2>&1"})
                .exit,
            0);
  ASSERT_NE(processes_with(mark), "");
  user.signal(SIGKILL);
  user.wait();
  EXPECT_EQ(say({script, "down", rig}).output, "");
  expect_nothing_left(rig);
}

TEST_F(FabricRig, DownEndsWhatAKilledUpLeft) {
  const ScratchFolder scratch;
  int halves = 0;
  for (int ms = 5; ms < 1500; ms += ms / 2 + 5) {
    if (is_killed_halfway(script, scratch, {"--rails", "2", "--ssh"}, ms)) ++halves;
  }
  EXPECT_GT(halves, 3);
}

TEST_F(FabricRig, AnUpThatFailsLeavesNothing) {
  const ScratchFolder scratch;
  const std::filesystem::path rig = scratch / "rig";
  const Running up = start_program({script, "up", rig, "--rate", "fast"}, scratch / "output");
  EXPECT_EQ(up.wait(), 1);
  EXPECT_THAT(up.output(), HasSubstr("fast"));
  EXPECT_THAT(up.output(), HasSubstr("did not come up"));
  expect_nothing_left(rig);
}

TEST_F(FabricRig, WhatIsNotARigIsLeftAlone) {
  const ScratchFolder scratch;
  write_file(scratch / "precious" / "file", "");
  const auto exit_of = [&](const Words& words) {
    return start_program(words, scratch / "output").wait();
  };
  EXPECT_EQ(exit_of({script, "up", scratch / "precious"}), 1);
  EXPECT_EQ(exit_of({script, "down", scratch / "precious"}), 1);
  EXPECT_EQ(exit_of({script, "cut", scratch / "precious", "host0", "rail0"}), 1);
  EXPECT_TRUE(std::filesystem::exists(scratch / "precious" / "file"));
  EXPECT_EQ(exit_of({script, "down", scratch / "nothing"}), 0);
  EXPECT_EQ(exit_of({script, "up", scratch / "rig", "--nonsense"}), 2);
  EXPECT_EQ(exit_of({script, "nonsense", scratch / "rig"}), 2);
  EXPECT_FALSE(std::filesystem::exists(scratch / "rig"));
}

TEST_F(FabricRig, CheckSaysWhatIsMissing) {
  const ScratchFolder scratch;
  const auto say = [&](const std::string& line) {
    const Running running = start_program({"/bin/bash", "-c", line}, scratch / "output");
    const int exit = running.wait();
    return Said{exit, running.output()};
  };
  const Said plain =
      say("setpriv --reuid=65534 --clear-groups bash '" + script.string() + "' check");
  EXPECT_EQ(plain.exit, 1);
  EXPECT_THAT(plain.output, StartsWith("fabric rig: needs root, found"));
  const Said without =
      say("unshare --mount bash -c 'mount --bind /dev/null \"$(command -v tc)\"; " +
          script.string() + " check'");
  EXPECT_EQ(without.exit, 1);
  EXPECT_EQ(without.output, "fabric rig: tc is not here (Debian package iproute2)\n");
  // Root that may not: as in a container that was given no rights.
  const Said forbidden =
      say("setpriv --bounding-set=-sys_admin bash " + script.string() + " check");
  EXPECT_EQ(forbidden.exit, 1);
  EXPECT_THAT(forbidden.output, HasSubstr("Operation not permitted"));
}

}  // namespace
}  // namespace plumbline
