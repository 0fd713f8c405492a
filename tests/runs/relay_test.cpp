// The host's side of a run on many hosts, through the built program: what it says of what it does.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <map>
#include <thread>

#include "suites/fleet/fan_out.h"
#include "suites/fleet/reach.h"
#include "suites/fleet/scratch.h"
#include "suites/launch/local.h"
#include "tests/runs/rig.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Keeps what it is told.
struct Told final : FleetListener {
  void frame(const Frame& frame) override {
    if (frame.kind == Frame::Kind::bytes) {
      const std::string name =
          (frame.task == "t#1" ? "" : frame.task + ':') + frame.host + ':' + frame.file;
      std::string& file = files[name];
      if (file.empty()) first_offsets[name] = frame.offset;
      EXPECT_EQ(first_offsets[name] + file.size(), frame.offset) << name;
      file += frame.bytes;
    }
    if (frame.kind == Frame::Kind::ended) ends[frame.host].push_back(frame.end);
    if (on_frame) on_frame(frame);
  }
  void lost(const HostOrder& order, Loss loss, const std::string& reason) override {
    lost_hosts[order.host] += reason;
    losses[order.host] = loss;
  }

  std::map<std::string, std::string> files;
  std::map<std::string, std::uint64_t> first_offsets;
  std::map<std::string, std::vector<ProcessEnd>> ends;
  std::map<std::string, std::string> lost_hosts;
  std::map<std::string, Loss> losses;
  std::function<void(const Frame&)> on_frame;
};

class Relay : public ::testing::Test {
 protected:
  HostOrder order(const std::string& host, std::vector<std::string> options = {}) {
    HostOrder one{host, "", "t#1", {"plumbline-probe-quick"}, Seconds{30}, {}};
    one.command.insert(one.command.end(), options.begin(), options.end());
    one.command.insert(one.command.end(),
                       {"--out", "{folder}", "--host", host, "--task", "t#1", "--skip-done"});
    return one;
  }

  /// Hosts that are all this one. Each relay writes down which process it is.
  Reach here() {
    return [this](std::span<const HostAddress> hosts) {
      std::vector<Branch> branches;
      for (const HostAddress& host : hosts) {
        branches.push_back(
            {{"/bin/sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", scratch_ / (host.host + ".pid"),
              bin / "plumbline", "relay", "--host", host.host, "--scratch", scratch_ / "hosts"},
             {host.host}});
      }
      return branches;
    };
  }

  void signal_relay(const std::string& host, int signal) {
    ::kill(std::stoi(read_file(scratch_ / (host + ".pid"))), signal);
  }

  bool run(const std::vector<HostOrder>& orders, const Reach& reach,
           const FleetPatience& patience = {}) {
    Interruption interruption;
    return fan_out({"run-1", orders}, reach, patience, scratch_ / "log", told, interruption);
  }

  std::string log() const { return read_file(scratch_ / "log"); }

  const std::filesystem::path bin = std::filesystem::path(PLUMBLINE_RIG) / "bin";
  ScratchFolder scratch_;
  Told told;
};

std::vector<std::string> cases_in(const std::string& table) {
  std::vector<std::string> cases;
  for (std::size_t begin = table.find('\n') + 1; begin < table.size();) {
    const std::size_t end = table.find('\n', begin);
    cases.push_back(csv_record<Measurement>(table.substr(begin, end - begin)).case_name);
    begin = end + 1;
  }
  return cases;
}

TEST_F(Relay, RowsOfEveryHostComeBack) {
  ASSERT_TRUE(run({order("n1"), order("n2")}, here()));
  for (const std::string host : {"n1", "n2"}) {
    ASSERT_EQ(told.ends[host].size(), 1U);
    EXPECT_EQ(told.ends[host][0].status, (ExitStatus{0, 0}));
    EXPECT_THAT(cases_in(told.files[host + ":measurements.csv"]),
                ElementsAre("quick.value/one", "quick.value/two", "quick.value/three"));
  }
  EXPECT_THAT(told.lost_hosts, IsEmpty());
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "hosts")) << "nothing is left on the host";
}

TEST_F(Relay, WhatIsKnownIsNotSaidAgain) {
  ASSERT_TRUE(run({order("n1", {"--subjects", "one,two"})}, here()));
  const std::string before = told.files["n1:measurements.csv"];
  told.files.clear();
  HostOrder again = order("n1", {"--subjects", "one,two,three"});
  again.files["measurements.csv"] = before;
  ASSERT_TRUE(run({again}, here()));
  EXPECT_EQ(csv_record<Measurement>(told.files["n1:measurements.csv"]).case_name,
            "quick.value/three")
      << "the first two were measured once, and their rows are known";
}

TEST_F(Relay, ACrashIsHowAProgramEnds) {
  ASSERT_TRUE(run({order("n1", {"--crash", "two"}), order("n2")}, here()));
  EXPECT_EQ(told.ends["n1"].at(0).status, (ExitStatus{0, SIGSEGV}));
  EXPECT_THAT(cases_in(told.files["n1:measurements.csv"]), ElementsAre("quick.value/one"));
  EXPECT_EQ(told.ends["n2"].at(0).status, (ExitStatus{0, 0}));
}

TEST_F(Relay, AHungProgramIsEndedAtItsDeadline) {
  HostOrder hung = order("n1", {"--hang", "two"});
  hung.deadline = Seconds{1};
  ASSERT_TRUE(run({hung}, here()));
  EXPECT_EQ(told.ends["n1"].at(0).stopped, Stopped::at_deadline);
}

TEST_F(Relay, AProgramThatIsNotThere) {
  HostOrder absent = order("n1");
  absent.command[0] = "plumbline-probe-absent";
  ASSERT_TRUE(run({absent}, here()));
  EXPECT_THAT(told.lost_hosts["n1"], HasSubstr("plumbline-probe-absent cannot be started"));
}

TEST_F(Relay, AWayThatLeadsNowhere) {
  const Reach refused = [](std::span<const HostAddress>) {
    return std::vector{Branch{{"/bin/sh", "-c", "echo connection refused >&2; exit 255"}, {"n1"}}};
  };
  ASSERT_TRUE(run({order("n1")}, refused));
  EXPECT_THAT(told.lost_hosts["n1"], HasSubstr("exit 255; it said last: connection refused"));
  EXPECT_EQ(told.losses["n1"], Loss::host);
  EXPECT_THAT(log(), HasSubstr("connection refused"));
}

TEST_F(Relay, AHostThatNeverAnswers) {
  const Reach silent = [](std::span<const HostAddress>) {
    return std::vector{Branch{{"/bin/sleep", "60"}, {"n1"}}};
  };
  ASSERT_TRUE(run({order("n1")}, silent, {.to_begin = Seconds{0.5}, .to_leave = Seconds{0.1}}));
  EXPECT_THAT(told.lost_hosts["n1"], HasSubstr("n1 has not answered within"));
  EXPECT_EQ(told.losses["n1"], Loss::host);
}

TEST_F(Relay, AHostThatFallsSilent) {
  told.on_frame = [this](const Frame& frame) {
    if (frame.kind == Frame::Kind::bytes && frame.host == "n1") signal_relay("n1", SIGSTOP);
  };
  ASSERT_TRUE(run({order("n1", {"--hang", "three"}), order("n2")}, here(),
                  {.silence = Seconds{8}, .to_leave = Seconds{0.1}}));
  EXPECT_THAT(told.lost_hosts["n1"], HasSubstr("n1 was not heard of for"));
  EXPECT_EQ(told.losses["n1"], Loss::host);
  EXPECT_EQ(told.ends["n2"].size(), 1U) << "who works is not touched";
}

TEST_F(Relay, ARelayThatIsKilledLosesNothingThatWasSaid) {
  told.on_frame = [this](const Frame& frame) {
    if (frame.file == "measurements.csv") signal_relay("n1", SIGKILL);
  };
  ASSERT_TRUE(run({order("n1", {"--hang", "three"})}, here()));
  EXPECT_THAT(told.lost_hosts["n1"], HasSubstr("ended with SIGKILL"));
  EXPECT_EQ(told.losses["n1"], Loss::order) << "another relay may be started there";
  EXPECT_FALSE(cases_in(told.files["n1:measurements.csv"]).empty());
}

TEST_F(Relay, OrdersOfOneHostAreDoneInTheirOrder) {
  HostOrder second = order("n1", {"--subjects", "four"});
  second.task = "u#1";
  ASSERT_TRUE(run({order("n1"), second}, here()));
  EXPECT_EQ(told.ends["n1"].size(), 2U);
}

TEST_F(Relay, LinesAreAsShortAsAsked) {
  // Line by line: a relay stays until it is told to leave, and awk may wait for its end.
  const std::string filter =
      "\"$@\" | while IFS= read -r line; do\n"
      "  if [ ${#line} -gt 600 ]; then echo 'too long' >&2; fi\n"
      "  printf '%s\\n' \"$line\"\ndone";
  const Reach narrow = [&](std::span<const HostAddress>) {
    return std::vector{Branch{{"/bin/sh", "-c", filter, "sh", bin / "plumbline", "relay", "--host",
                               "n1", "--scratch", scratch_ / "hosts", "--longest-line", "600"},
                              {"n1"}}};
  };
  ASSERT_TRUE(run({order("n1")}, narrow));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("too long")));
  EXPECT_EQ(cases_in(told.files["n1:measurements.csv"]).size(), 3U);
}

TEST_F(Relay, OneHostLeadsToOthers) {
  // A stand-in for ssh: the host and "--" are dropped, what follows is a line for a shell.
  const std::filesystem::path ssh = scratch_ / "ssh";
  std::ofstream(ssh) << "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nexec /bin/sh -c "
                        "\"$2\"\n";
  std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
  const Reach reach = reach_by_ssh({.command = {ssh}, .bin = bin, .at_once = 2});
  ASSERT_TRUE(
      run({order("n1"), order("n2", {"--crash", "two"}), order("n3"), order("n4"), order("n5")},
          reach));
  for (const std::string host : {"n1", "n3", "n4", "n5"}) {
    EXPECT_EQ(cases_in(told.files[host + ":measurements.csv"]).size(), 3U) << host;
  }
  EXPECT_EQ(told.ends["n2"].at(0).status, (ExitStatus{0, SIGSEGV}));
}

/// Open MPI's mpirun itself, for hosts that are all this one.
TEST_F(Relay, MpirunStartsThem) {
  const std::string mpirun = program_path("mpirun");
  if (mpirun == "mpirun") GTEST_SKIP() << "mpirun is not installed (Debian package openmpi-bin)";
  const Reach reach = [&](std::span<const HostAddress> hosts) {
    std::vector<HostAddress> here(hosts.begin(), hosts.end());
    for (HostAddress& host : here) host.address = "localhost";
    return reach_by_mpirun(
        {.command = {mpirun, "--allow-run-as-root", "--oversubscribe"}, .bin = bin})(here);
  };
  ASSERT_TRUE(run({order("n1"), order("n2", {"--crash", "two"})}, reach));
  EXPECT_EQ(cases_in(told.files["n1:measurements.csv"]).size(), 3U) << log();
  EXPECT_EQ(told.ends["n1"].at(0).status, (ExitStatus{0, 0}));
  EXPECT_EQ(told.ends["n2"].at(0).status, (ExitStatus{0, SIGSEGV}));
}

TEST_F(Relay, TheFolderOfOneThatIsStillEndingIsWaitedFor) {
  std::filesystem::create_directories(scratch_ / "hosts");
  std::optional<Scratch> earlier(scratch_ / "hosts" / "plumbline-run-1-n1-t-1");
  EXPECT_THROW(Scratch(earlier->folder(), Seconds{0.1}), std::runtime_error);
  std::thread leaving([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    earlier.reset();
  });
  EXPECT_TRUE(run({order("n1")}, here()));
  leaving.join();
  EXPECT_EQ(told.ends["n1"].at(0).status, (ExitStatus{0, 0}));
}

TEST_F(Relay, WhoIsToldToLeaveEndsItsProgram) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const std::string line = to_line(FleetOrder{"run-1", {order("n1", {"--hang", "two"})}});
  const std::filesystem::path out = scratch_ / "out";
  const int output = ::open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  Interruption interruption;
  ChildProcess relay({bin / "plumbline", "relay", "--host", "n1", "--scratch", scratch_ / "hosts"},
                     output, output, pipe[0]);
  ::close(pipe[0]);
  relay.release();
  ASSERT_EQ(::write(pipe[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
  ASSERT_TRUE(
      eventually([&] { return read_file(out).find("measurements.csv") != std::string::npos; }));
  ::close(pipe[1]);
  EXPECT_TRUE(eventually([&] { return relay.status().has_value(); }));
  EXPECT_THAT(read_file(out), HasSubstr("by_interruption"));
}

}  // namespace
}  // namespace plumbline
