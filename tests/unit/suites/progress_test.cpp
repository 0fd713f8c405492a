#include "suites/running/progress.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "suites/running/newest_row.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Measurement row(const char* name, double value) {
  Measurement made;
  made.probe = "host_memory";
  made.case_name = name;
  made.metric = "host_memory.read";
  made.subject = "numa0";
  made.peer = "numa1";
  made.unit = "GB/s";
  made.median = value;
  return made;
}

TaskProgress progress() {
  TaskProgress task;
  task.number = 2;
  task.total = 7;
  task.task.step = "host_memory";
  task.task.deadline = Seconds(600);
  task.elapsed = Seconds(42);
  task.rows = 12;
  task.log = "/r/logs/host_memory-1.log";
  return task;
}

TEST(LiveLine, TellsWhatRunsHowLongAndTheLastValue) {
  TaskProgress task = progress();
  EXPECT_EQ(live_line(task, 200), "[2/7] host_memory#1  42 s of at most 10 min");
  task.left = Seconds(240);
  task.newest = row("a", 103.4567);
  EXPECT_EQ(live_line(task, 200),
            "[2/7] host_memory#1  42 s of at most 10 min  4 min left  "
            "host_memory.read numa0>numa1 103.5 GB/s");
}

TEST(LiveLine, FitsTheTerminal) {
  TaskProgress task = progress();
  task.newest = row("a", 1);
  for (const std::size_t width : {0U, 1U, 20U, 40U, 80U}) {
    EXPECT_LE(live_line(task, width).size() + (width > 0 ? 1 : 0), std::max<std::size_t>(width, 0));
  }
}

TEST(EndLine, SaysHowItEndedAndWhereTheLogIs) {
  TaskEnd end;
  end.elapsed = Seconds(42);
  EXPECT_EQ(end_line(progress(), end), "[2/7] host_memory#1  ok in 42 s, 12 rows");
  end.outcome = TaskOutcome::crashed;
  end.reason = "crashed with SIGSEGV after 42 s";
  EXPECT_EQ(end_line(progress(), end),
            "[2/7] host_memory#1  FAILED in 42 s, 12 rows: crashed with SIGSEGV after 42 s "
            "(log /r/logs/host_memory-1.log)");
  TaskProgress retried = progress();
  retried.task.attempt = 3;
  EXPECT_THAT(end_line(retried, end), HasSubstr("host_memory#1 (attempt 3)  FAILED"));
}

TEST(PlainProgress, IsALineEachWithoutControlCharacters) {
  std::ostringstream out;
  PlainProgress plain(out);
  plain.task_started(progress());
  plain.tick(progress());
  plain.task_ended(progress(), {});
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, HasSubstr("Z [2/7] host_memory#1  started, at most 10 min\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(LiveProgress, ReplacesItsLineAndColoursOnlyIfAsked) {
  for (const bool colour : {false, true}) {
    std::ostringstream out;
    {
      LiveProgress live(
          out, [] { return std::size_t{80}; }, colour);
      live.task_started(progress());
      live.task_ended(progress(), {});
      live.tick(progress());
    }
    EXPECT_THAT(out.str(), HasSubstr(colour ? "\x1b[32mok\x1b[0m in 0.0 s" : "  ok in 0.0 s"));
    EXPECT_TRUE(out.str().ends_with("\r\x1b[K")) << "the moving line is cleared at the end";
  }
}

TEST(NewestRow, FollowsTheTable) {
  const ScratchFolder folder;
  const auto file = folder.path() / "measurements.csv";
  CsvAppender<Measurement>(file).append(row("before", 1));
  NewestRow newest(file);
  EXPECT_EQ(newest.look(), std::nullopt);
  CsvAppender<Measurement> table(file);
  table.append(row("one", 1));
  table.append(row("two", 2));
  EXPECT_EQ(newest.look()->case_name, "two");
  EXPECT_EQ(newest.rows(), 2U);
  std::ofstream(file, std::ios::app) << "1,cut";
  EXPECT_EQ(newest.look()->case_name, "two") << "a line without its end does not count yet";
  EXPECT_EQ(newest.rows(), 2U);
}

TEST(NewestRow, WaitsForTheFileAndForgivesACutLine) {
  const ScratchFolder folder;
  const auto file = folder.path() / "measurements.csv";
  NewestRow early(file);
  EXPECT_EQ(early.look(), std::nullopt);
  CsvAppender<Measurement>(file).append(row("one", 1));
  EXPECT_EQ(early.look()->case_name, "one");
  EXPECT_EQ(early.rows(), 1U);

  std::ofstream(file, std::ios::app) << "1,cut";
  NewestRow late(file);
  CsvAppender<Measurement>(file).append(row("two", 2));  // sets the cut line aside
  EXPECT_EQ(late.look()->case_name, "two");
}

}  // namespace
}  // namespace plumbline
