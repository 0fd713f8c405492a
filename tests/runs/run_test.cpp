#include <gmock/gmock.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "results/schema/device.h"
#include "results/schema/manifest.h"
#include "tests/runs/rig.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Run, WritesARunDirectory) {
  Rig rig;
  const Said said = rig.run({"run", "short", "--host", "ip-1", "--instance-type", "p5.48xlarge"});
  EXPECT_EQ(said.exit, 0) << said.output;
  EXPECT_THAT(said.output, HasSubstr("[1/1] first#1  ok in "));
  EXPECT_THAT(said.output, HasSubstr("1 of 1 tasks ok; the rows are in "));
  EXPECT_THAT(said.output, Not(HasSubstr("\x1b"))) << "no terminal, no control characters";
  const RunDirectory run = rig.latest();
  const auto rows = read_all<Measurement>(run.measurements());
  ASSERT_EQ(rows.size(), 4U);
  for (const Measurement& row : rows) {
    EXPECT_EQ(row.host, "ip-1");
    EXPECT_EQ(row.instance_type, "p5.48xlarge");
    EXPECT_EQ(row.run, run.name());
    EXPECT_EQ(row.task, "first#1");
  }
  EXPECT_EQ(rows.back().metric, "runner.task");
  EXPECT_EQ(read_all<ManifestEntry>(run.manifest()).at(0).host, "ip-1");
  EXPECT_THAT(read_file(run.logs() / "first-1.log"), HasSubstr("quick.value"));
  EXPECT_EQ(read_file(run.suite()), read_file(PLUMBLINE_RIG "/share/plumbline/suites/short.toml"));
}

TEST(Run, OfFaultyProbesIsIncompleteAndRetryRunsThemAgain) {
  Rig rig;
  const Said said = rig.run({"run", "faults"});
  EXPECT_EQ(said.exit, 3) << said.output;
  EXPECT_THAT(said.output, HasSubstr("suites/faults.toml:25: there is no probe quik here; did you "
                                     "mean quick?; step missing will fail"));
  EXPECT_THAT(said.output, HasSubstr("crashed with SIGSEGV"));
  EXPECT_THAT(said.output, HasSubstr("last finished case quick.value/one"));
  EXPECT_THAT(said.output, HasSubstr("not finished at its deadline of 0.5 s"));
  EXPECT_THAT(said.output, HasSubstr("plumbline-probe-quik cannot be started"));
  EXPECT_THAT(said.output, HasSubstr("1 of 5 tasks ok"));
  const RunDirectory run = rig.latest();
  const Said resumed = rig.run({"resume"});
  EXPECT_EQ(resumed.exit, 3);
  EXPECT_THAT(resumed.output, HasSubstr("0 of 5 tasks to run"));
  const Said again = rig.run({"retry", run.name(), "--only", "failed"});
  EXPECT_EQ(again.exit, 3);
  EXPECT_THAT(again.output, HasSubstr("4 tasks to run again"));
  EXPECT_THAT(again.output, HasSubstr("crash#1 (attempt 2)"));
  const Said step = rig.run({"retry", run.name(), "--step", "good"});
  EXPECT_THAT(step.output, HasSubstr("good#1 (attempt 2)  ok"));
  EXPECT_EQ(count_rows(run).at({"good#1", 1, "quick.value/one"}), 1);
  EXPECT_EQ(count_rows(run).at({"good#1", 2, "quick.value/one"}), 1);
  const Said unknown = rig.run({"retry", run.name(), "--step", "god"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.output, HasSubstr("there is no step \"god\"; did you mean good?"));
}

TEST(Run, IsInterruptedAndSaysHowToGoOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Rig rig;
    const Running runner = rig.start_run({"run", "long"});
    ASSERT_TRUE(eventually([&] { return rig.rows_so_far() > 0; }));
    runner.signal(signal);
    EXPECT_EQ(runner.wait(), 5);
    const RunDirectory run = rig.latest();
    EXPECT_THAT(runner.output(), HasSubstr("plumbline resume " + run.path().string()));
    EXPECT_NE(last_detail(run, "interrupted", "signal"), "");
    if (signal != SIGINT) continue;
    const Said resumed = rig.run({"resume", run.path()});
    EXPECT_EQ(resumed.exit, 0) << resumed.output;
    EXPECT_EQ(count_rows(run).size(), 8U);
    for (const auto& [key, count] : count_rows(run)) EXPECT_EQ(count, 1);
  }
}

TEST(Run, IsOneAtATime) {
  Rig rig;
  const Running runner = rig.start_run({"run", "held"});
  ASSERT_TRUE(eventually([&] { return rig.rows_so_far() > 0; }));
  const Said second = rig.run({"run", "short"});
  EXPECT_EQ(second.exit, 3);
  EXPECT_THAT(second.output, HasSubstr("another run is going on here: process " +
                                       std::to_string(runner.pid()) + " since 2"));
  EXPECT_THAT(second.output, HasSubstr("run " + rig.latest().path().string()));
  runner.signal(SIGINT);
  EXPECT_EQ(runner.wait(), 5);
}

TEST(Run, TakesAManifestThatNamesThisHost) {
  Rig rig;
  const auto file = rig.results().parent_path() / "nodes.csv";
  {
    CsvAppender<ManifestEntry> manifest(file);
    for (const char* host : {"ip-1", "ip-2"}) {
      ManifestEntry node;
      node.host = host;
      node.instance_type = "p5";
      manifest.append(node);
    }
  }
  EXPECT_EQ(rig.run({"run", "short", "--host", "ip-2", "--manifest", file}).exit, 0);
  EXPECT_EQ(read_all<ManifestEntry>(rig.latest().manifest()).size(), 2U);
  const Said other = rig.run({"run", "short", "--host", "ip-3", "--manifest", file});
  EXPECT_EQ(other.exit, 2);
  EXPECT_THAT(other.output, HasSubstr("does not list this host, ip-3"));
}

TEST(Run, MovesOneLineOnATerminal) {
  ScratchFolder folder;
  int terminal = -1;
  winsize size{24, 70, 0, 0};
  const std::string results = folder / "results", lock = folder / "lock";
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    ::setenv("TERM", "xterm", 1);
    ::setenv("NO_COLOR", "1", 1);
    ::execl(PLUMBLINE_RIG "/bin/plumbline", "plumbline", "run", "long", "--results",
            results.c_str(), "--lock-file", lock.c_str(), nullptr);
    ::_exit(127);
  }
  std::string shown;
  char buffer[4096];
  for (ssize_t count; (count = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    shown.append(buffer, static_cast<std::size_t>(count));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  ::close(terminal);
  EXPECT_EQ(status, 0) << shown;
  EXPECT_THAT(shown, HasSubstr("\r\x1b[K[1/1] slow#1  "));
  EXPECT_THAT(shown, HasSubstr("of at most 1 min"));
  EXPECT_THAT(shown, HasSubstr("quick.value"));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b[3"))) << "NO_COLOR";
  std::size_t begin = 0;
  for (std::size_t end; (end = shown.find("\r\x1b[K", begin)) != std::string::npos;
       begin = end + 4) {
    const std::string piece = shown.substr(begin, end - begin);
    if (piece.find('\n') == std::string::npos) {
      EXPECT_LT(piece.size(), 70U) << piece;
    }
  }
}

}  // namespace
}  // namespace plumbline
