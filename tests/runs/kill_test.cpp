// A run that is killed again and again loses no row and doubles none.

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "results/schema/number.h"
#include "suites/launch/process_tree.h"
#include "tests/runs/rig.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kills = 20;

/// The rows that an undisturbed run writes.
std::set<RowCounts::key_type> undisturbed_rows() {
  std::set<RowCounts::key_type> keys;
  for (const char step : {'a', 'b', 'c'}) {
    for (const std::uint64_t repeat : {1U, 2U}) {
      for (int subject = 1; subject <= 12; ++subject) {
        const std::string name = std::string(1, step);
        keys.emplace(name + '#' + std::to_string(repeat), repeat,
                     "quick.value/" + name + std::to_string(subject));
      }
    }
  }
  return keys;
}

/// What was there before a kill must stand in the table unchanged; only a cut line may go.
std::string whole_lines(const std::filesystem::path& file) {
  std::string text = std::filesystem::exists(file) ? read_file(file) : "";
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  return text;
}

pid_t probe_of(const RunDirectory& run) {
  return static_cast<pid_t>(parse_integer(last_detail(run, "task_started", "pid")).value_or(0));
}

void expect_the_undisturbed_rows(const RunDirectory& run) {
  std::set<RowCounts::key_type> found;
  for (const auto& [key, count] : count_rows(run)) {
    EXPECT_EQ(count, 1) << std::get<0>(key) << ' ' << std::get<2>(key);
    found.insert(key);
  }
  EXPECT_EQ(found, undisturbed_rows());
  std::map<std::string, int> good_ends;
  for (const Measurement& row : read_all<Measurement>(run.measurements())) {
    if (row.metric == "runner.task" && row.outcome == Outcome::ok) ++good_ends[row.task];
  }
  EXPECT_EQ(good_ends.size(), 6U);
  for (const auto& [task, count] : good_ends) EXPECT_EQ(count, 1) << task;
}

struct Kills {
  int of_runner = 0, of_probe = 0;
  int all() const { return of_runner + of_probe; }
};

void finish(Rig& rig, const RunDirectory& run) {
  Said last;
  int resumes = 0;
  do {  // a probe that was killed last is taken up by one more
    last = rig.run({"resume", run.path()});
  } while (last.exit != 0 && ++resumes < 3);
  EXPECT_EQ(last.exit, 0) << last.output;
}

/// Kills and resumes one run for as long as it has something to lose, then lets it finish.
void kill_at_random_moments(std::mt19937& random, Kills& done) {
  Rig rig;
  std::uniform_int_distribution<int> milliseconds(20, 260);
  std::string before;
  Running runner = rig.start_run({"run", "many"});
  ASSERT_TRUE(eventually([&] { return rig.rows_so_far() > 0; }));
  const RunDirectory run = rig.latest();
  while (done.all() < kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
    if (count_rows(run).size() >= undisturbed_rows().size()) break;
    const pid_t probe = probe_of(run);
    if (random() % 3 == 0) {
      if (probe > 0 && ::kill(probe, SIGKILL) == 0) ++done.of_probe;
      continue;
    }
    ++done.of_runner;
    runner.signal(SIGKILL);
    runner.wait();
    EXPECT_TRUE(eventually([&] { return !identify_process(probe); }))
        << "the probe outlived its runner";
    const std::string now = whole_lines(run.measurements());
    EXPECT_THAT(now, StartsWith(before));
    before = now;
    runner = rig.start_run({"resume", run.path()});
  }
  runner.wait();
  finish(rig, run);
  EXPECT_THAT(whole_lines(run.measurements()), StartsWith(before));
  expect_the_undisturbed_rows(run);
}

TEST(Kill, OfTheRunnerOrTheProbeAtTwentyMomentsLosesAndDoublesNothing) {
  std::mt19937 random(20261124);
  Kills done;
  // A machine that is slow to be killed may end a run before its twentieth moment.
  for (int runs = 0; done.all() < kills && runs < kills; ++runs) {
    kill_at_random_moments(random, done);
  }
  EXPECT_EQ(done.all(), kills);
  EXPECT_GT(done.of_runner, 5);
  EXPECT_GT(done.of_probe, 2);
}

TEST(Kill, InTheMiddleOfALineSetsItAside) {
  Rig rig;
  const Running runner = rig.start_run({"run", "many"});
  ASSERT_TRUE(eventually([&] { return rig.rows_so_far() >= 3; }));
  const RunDirectory run = rig.latest();
  runner.signal(SIGKILL);
  runner.wait();
  const pid_t probe = probe_of(run);
  ASSERT_TRUE(eventually([&] { return !identify_process(probe); }));
  const std::string before = whole_lines(run.measurements());
  std::ofstream(run.measurements(), std::ios::app) << "1,cut in the midd";
  std::ofstream(run.journal(), std::ios::app) << "{\"time\":\"2026";
  const Said resumed = rig.run({"resume", run.path()});
  EXPECT_EQ(resumed.exit, 0) << resumed.output;
  EXPECT_THAT(read_file(run.measurements()), StartsWith(before));
  EXPECT_THAT(read_file(run.measurements().string() + ".torn"), HasSubstr("1,cut in the midd"));
  expect_the_undisturbed_rows(run);
}

TEST(Kill, IsSaidToTheNextRun) {
  Rig rig;
  const Running runner = rig.start_run({"run", "long"});
  ASSERT_TRUE(eventually([&] { return rig.rows_so_far() > 0; }));
  runner.signal(SIGKILL);
  runner.wait();
  const RunDirectory killed = rig.latest();
  const Said next = rig.run({"run", "short"});
  EXPECT_EQ(next.exit, 0) << next.output;
  EXPECT_THAT(next.output, HasSubstr("the run before this one was killed; continue it with: "
                                     "plumbline resume " +
                                     killed.path().string()));
}

}  // namespace
}  // namespace plumbline
