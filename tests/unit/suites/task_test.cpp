#include <gmock/gmock.h>

#include "suites/description/task.h"
#include "suites/launch/local.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

Step step(const char* name, std::uint64_t repeats, std::vector<std::string> needs = {}) {
  Step made;
  made.name = name;
  made.probe = "p";
  made.repeats = repeats;
  made.needs = std::move(needs);
  made.deadline = Seconds(10);
  return made;
}

std::vector<std::string> ids(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks) names.push_back(task.id());
  return names;
}

TEST(Tasks, RepeatsAreSpreadOverTheRun) {
  Suite suite;
  suite.steps = {step("a", 3), step("b", 1), step("c", 2)};
  const auto tasks = tasks_of(suite, {"host"});
  EXPECT_THAT(ids(tasks), ElementsAre("a#1", "b#1", "c#1", "a#2", "c#2", "a#3"));
  EXPECT_EQ(tasks[5].attempt, 3U);
  EXPECT_THAT(tasks[5].hosts, ElementsAre("host"));
}

TEST(Tasks, NeedTheSameRepeatOrTheLastThereIs) {
  Suite suite;
  suite.steps = {step("a", 2), step("b", 3, {"a"})};
  const auto tasks = tasks_of(suite, {"host"});
  EXPECT_THAT(ids(tasks), ElementsAre("a#1", "b#1", "a#2", "b#2", "b#3"));
  EXPECT_THAT(tasks[1].needs, ElementsAre("a#1"));
  EXPECT_THAT(tasks[3].needs, ElementsAre("a#2"));
  EXPECT_THAT(tasks[4].needs, ElementsAre("a#2"));
}

TEST(Tasks, OfALookBelongToTheirStep) {
  const Task task = task_again(step("a", 1), "look2.a", 3, 4, {"host"});
  EXPECT_EQ(task.id(), "look2.a#3");
  EXPECT_EQ(suite_step(task), "a");
  EXPECT_EQ(task.attempt, 4U);
}

TEST(LaunchHere, IsTheProbeWithWhatItsRowsSay) {
  Task task = task_again(step("a", 1), "a", 2, 5, {"host"});
  task.options = {"--precision=0.01"};
  task.filter = "read";
  task.cases = {"m/numa0"};
  task.samples = true;
  const RowNames names{"/r/run", "run", "host", "p5"};
  EXPECT_THAT(
      launch_here("/bin")(task, names),
      ElementsAre("/bin/plumbline-probe-p", "--precision=0.01", "--benchmark_filter=read", "--case",
                  "m/numa0", "--samples", "--out", "/r/run", "--run", "run", "--host", "host",
                  "--instance-type", "p5", "--task", "a#2", "--attempt", "5", "--skip-done"));
}

TEST(ShellLine, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_line({"p", "--a=1", "numa0>numa1", "it's", ""}),
            "p --a=1 'numa0>numa1' 'it'\\''s' ''");
}

}  // namespace
}  // namespace plumbline
