#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <system_error>
#include <thread>

#include "suites/launch/capture.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Seconds long_time{30};

/// A shell script as the child.
class ChildProcessTest : public ::testing::Test {
 protected:
  ProcessEnd run(const std::string& script, Seconds deadline = long_time,
                 Seconds grace = Seconds{5}) {
    const Descriptor log(::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    ChildProcess child({"/bin/sh", "-c", script}, log.get(), log.get());
    child.release();
    return supervise(child, {.deadline = deadline, .grace = grace}, interruption_);
  }

  std::string log() const {
    std::ifstream stream(log_);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// The process whose number the script wrote into its log.
  pid_t logged_pid() const { return static_cast<pid_t>(std::stol(log())); }

  ScratchFolder folder_;
  std::filesystem::path log_ = folder_.path() / "log";
  Interruption interruption_;
};

TEST_F(ChildProcessTest, EndsByItself) {
  const ProcessEnd end = run("echo out; echo err >&2; exit 3");
  EXPECT_EQ(end.status, (ExitStatus{3, 0}));
  EXPECT_EQ(end.stopped, Stopped::not_at_all);
  EXPECT_EQ(end.left_behind, 0U);
  EXPECT_EQ(log(), "out\nerr\n");
}

TEST_F(ChildProcessTest, Crashes) {
  EXPECT_EQ(run("kill -SEGV $$").status, (ExitStatus{0, SIGSEGV}));
  EXPECT_EQ(run("kill -KILL $$").status, (ExitStatus{0, SIGKILL}));
}

TEST_F(ChildProcessTest, ReadsNothingAndHasAGroupOfItsOwn) {
  EXPECT_EQ(run("read line").status, (ExitStatus{1, 0}));
  run("ps -o pgid= -p $$; echo $$");
  std::ifstream stream(log_);
  pid_t group = 0, pid = 1;
  stream >> group >> pid;
  EXPECT_EQ(group, pid);
}

TEST_F(ChildProcessTest, GetsTheSignalsThatTheRunnerKeepsForItself) {
  EXPECT_EQ(run("kill -TERM $$; sleep 30").status, (ExitStatus{0, SIGTERM}));
}

TEST_F(ChildProcessTest, InheritsNoOpenFiles) {
  const Descriptor leaked(::open("/dev/null", O_RDONLY));  // as a careless shell leaves it
  run("ls /proc/$$/fd");
  EXPECT_EQ(log(), "0\n1\n2\n");
}

TEST_F(ChildProcessTest, IsEndedAtItsDeadline) {
  const ProcessEnd end = run("sleep 60", Seconds{0.2});
  EXPECT_EQ(end.stopped, Stopped::at_deadline);
  EXPECT_FALSE(end.killed);
  EXPECT_EQ(end.status, (ExitStatus{0, SIGTERM}));
  EXPECT_LT(end.elapsed, Seconds{5});
}

TEST_F(ChildProcessTest, IsKilledIfItDoesNotListen) {
  const ProcessEnd end =
      run("trap '' TERM; while :; do sleep 0.05; done", Seconds{0.2}, Seconds{0.2});
  EXPECT_EQ(end.stopped, Stopped::at_deadline);
  EXPECT_TRUE(end.killed);
  EXPECT_EQ(end.status, (ExitStatus{0, SIGKILL}));
}

TEST_F(ChildProcessTest, LeavesNoBackgroundProcess) {
  const ProcessEnd end = run("sleep 60 & echo $!");
  EXPECT_EQ(end.status, (ExitStatus{0, 0}));
  EXPECT_EQ(end.left_behind, 1U);
  EXPECT_EQ(identify_process(logged_pid()), std::nullopt);
}

TEST_F(ChildProcessTest, LeavesNoDaemon) {
  // A session of its own, and a parent that is gone: as a daemon does it.
  const ProcessEnd end =
      run("setsid sh -c 'setsid sleep 60 >/dev/null 2>&1 & echo $!' & wait; sleep 0.1");
  EXPECT_EQ(end.status, (ExitStatus{0, 0}));
  EXPECT_GE(end.left_behind, 1U);
  EXPECT_EQ(identify_process(logged_pid()), std::nullopt);
}

TEST_F(ChildProcessTest, LeavesNothingOfAProcessThatMultiplies) {
  const ProcessEnd end =
      run("f() { if [ $1 -gt 0 ]; then f $(($1-1)) & f $(($1-1)) & fi; sleep 60; }; f 4",
          Seconds{0.5}, Seconds{0.1});
  EXPECT_EQ(end.stopped, Stopped::at_deadline);
  EXPECT_THAT(end.unkillable, IsEmpty());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(ChildProcessTest, IsEndedByAnInterruptionAndAtOnceByTheSecond) {
  std::thread interrupter([] {
    // The signals go to the process, whose main thread keeps them for the Interruption.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ::kill(::getpid(), SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ::kill(::getpid(), SIGINT);
  });
  const ProcessEnd end = run("trap '' TERM; while :; do sleep 0.05; done", long_time, long_time);
  interrupter.join();
  EXPECT_EQ(end.stopped, Stopped::by_interruption);
  EXPECT_TRUE(end.killed);
  EXPECT_LT(end.elapsed, Seconds{20});
  EXPECT_EQ(interruption_.signal(), SIGINT);
}

TEST_F(ChildProcessTest, TellsWhyAProgramCannotBeStarted) {
  ChildProcess child({folder_.path() / "missing"}, 1, 2);
  try {
    child.release();
    FAIL() << "was started";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  }
}

TEST_F(ChildProcessTest, DoesNothingBeforeItIsReleased) {
  const auto touched = folder_.path() / "touched";
  {
    ChildProcess child({"/bin/touch", touched}, 1, 2);
    EXPECT_TRUE(is_running(child.identity()));
  }
  EXPECT_FALSE(std::filesystem::exists(touched));
}

TEST_F(ChildProcessTest, TicksWhileItRuns) {
  ChildProcess child({"/bin/sleep", "0.5"}, 1, 2);
  child.release();
  int ticks = 0;
  supervise(
      child, {.deadline = long_time}, interruption_, [&](Seconds) { ++ticks; }, Seconds{0.1});
  EXPECT_GE(ticks, 2);
}

/// A stand-in for a runner: starts a child, tells its number through `pipe`, and waits.
[[noreturn]] void be_a_runner(int pipe, const std::filesystem::path& log) {
  const Descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  ChildProcess child({"/bin/sh", "-c", "setsid sleep 60 & sleep 60"}, output.get(), output.get());
  child.release();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const pid_t pid = child.identity().pid;
  if (::write(pipe, &pid, sizeof pid) != sizeof pid) ::_exit(1);
  for (;;) ::pause();
}

TEST_F(ChildProcessTest, EndsWithAKilledRunnerAndItsOrphansAreFound) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t runner = ::fork();
  if (runner == 0) be_a_runner(ends[1], log_);
  pid_t pid = 0;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ::close(ends[0]);
  ::close(ends[1]);
  const auto identity = identify_process(pid);
  ASSERT_TRUE(identity);
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  for (int tries = 0; tries < 200 && is_running(*identity); ++tries) ::usleep(10'000);
  EXPECT_FALSE(is_running(*identity)) << "the kernel ends it with its runner";
  EXPECT_FALSE(orphans_of(*identity, log_).empty()) << "what it started in a session of its own";
  EXPECT_THAT(end_orphans(*identity, log_, Seconds{5}), IsEmpty());
  EXPECT_THAT(orphans_of(*identity, log_), IsEmpty());
}

TEST_F(ChildProcessTest, ReadersOfALogAreNoOrphans) {
  std::ofstream(log_) << "text\n";
  ChildProcess reader({"/usr/bin/tail", "-f", log_}, 2, 2);
  reader.release();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_THAT(orphans_of({}, log_), IsEmpty());
}

TEST_F(ChildProcessTest, IsAnotherThanTheNextWithItsNumber) {
  const auto identity = identify_process(::getpid());
  ASSERT_TRUE(identity);
  EXPECT_TRUE(is_running(*identity));
  ProcessIdentity earlier = *identity;
  --earlier.start_ticks;
  EXPECT_FALSE(is_running(earlier));
  ProcessIdentity other_boot = *identity;
  other_boot.boot = "before";
  EXPECT_FALSE(is_running(other_boot));
}

TEST_F(ChildProcessTest, CaptureKeepsWhatWasSaid) {
  const Captured said =
      capture({"/bin/sh", "-c", "echo out; echo err >&2"}, long_time, interruption_);
  EXPECT_TRUE(said.ok());
  EXPECT_EQ(said.output, "out\n");
  EXPECT_EQ(said.error, "err\n");
  EXPECT_FALSE(capture({"/bin/false"}, long_time, interruption_).ok());
  EXPECT_THAT(capture({"/nowhere"}, long_time, interruption_).error,
              HasSubstr("cannot be started"));
  EXPECT_THAT(capture({"/bin/sleep", "60"}, Seconds{0.2}, interruption_).error,
              HasSubstr("no answer within 0.2 s"));
}

}  // namespace
}  // namespace plumbline
