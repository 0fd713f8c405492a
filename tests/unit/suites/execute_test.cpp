#include "suites/running/execute.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "results/schema/device.h"
#include "results/schema/file_error.h"
#include "tests/unit/suites/suite_file.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Runs in which the probe of a step is a shell script.
class Execute : public ::testing::Test {
 protected:
  RunRecord start(const std::string& steps, std::map<std::string, std::string> scripts) {
    scripts_ = std::move(scripts);
    RunOrder order;
    order.host = {"host", "type", ""};
    return RunRecord::create(
        folder_.path(), read_suite(write_suite(folder_.path(), "name = \"s\"\n" + steps)), order);
  }

  bool run(RunRecord& record) {
    Runner runner{.launch = [this](const Task& task, const RowNames&) -> std::vector<std::string> {
                    const auto& script = scripts_.at(task.probe);
                    if (script.starts_with('/')) return {script};
                    return {"/bin/sh", "-c", script};
                  },
                  .interruption = interruption_,
                  .progress = progress_,
                  .grace = Seconds{0.2}};
    return run_tasks(record, runner);
  }

  std::vector<Measurement> rows(const RunRecord& record) const {
    return read_all<Measurement>(record.directory().measurements());
  }

  std::vector<std::string> outcomes(const RunRecord& record) const {
    std::vector<std::string> all;
    for (const TaskState& state : record.tasks()) {
      all.push_back(state.task.id() + ' ' +
                    (state.outcome ? task_outcome_names[*state.outcome] : "-"));
    }
    return all;
  }

  ScratchFolder folder_;
  std::map<std::string, std::string> scripts_;
  Interruption interruption_;
  NoProgress progress_;
};

std::string step(const char* name, const char* more = "") {
  return std::string("[[step]]\nname = \"") + name + "\"\nprobe = \"" + name + "\"\n" + more + "\n";
}

TEST_F(Execute, AGoodTaskIsARowWithItsSeconds) {
  RunRecord record = start(step("a", "repeats = 2"), {{"a", "true"}});
  EXPECT_TRUE(run(record));
  const auto table = rows(record);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].metric, "runner.task");
  EXPECT_EQ(table[0].unit, "s");
  EXPECT_EQ(table[0].better, Better::lower);
  EXPECT_EQ(table[0].outcome, Outcome::ok);
  EXPECT_EQ(table[0].params, (Params{{"repeat", "1"}, {"step", "a"}}));
  EXPECT_EQ(table[0].probe, "a");
  EXPECT_EQ(table[0].host, "host");
  EXPECT_EQ(table[0].instance_type, "type");
  EXPECT_EQ(table[0].run, record.directory().name());
  EXPECT_TRUE(table[0].median);
  EXPECT_EQ(table[1].task, "a#2");
  EXPECT_EQ(table[1].attempt, 2U);
}

TEST_F(Execute, WhatGoesWrongIsARowAndTheNextTaskRuns) {
  RunRecord record = start(step("crash") + step("hang", "deadline = 0.3") + step("missing") +
                               step("refuse") + step("partly") + step("killed") + step("good"),
                           {{"crash", "echo the last words; kill -SEGV $$"},
                            {"hang", "trap '' TERM; while :; do sleep 0.05; done"},
                            {"missing", "/nowhere/probe"},
                            {"refuse", "exit 2"},
                            {"partly", "exit 3"},
                            {"killed", "kill -KILL $$"},
                            {"good", "true"}});
  EXPECT_TRUE(run(record));
  EXPECT_THAT(outcomes(record), ElementsAre("crash#1 crashed", "hang#1 timed_out",
                                            "missing#1 unstartable", "refuse#1 failed",
                                            "partly#1 incomplete", "killed#1 killed", "good#1 ok"));
  const auto table = rows(record);
  ASSERT_EQ(table.size(), 7U);
  EXPECT_THAT(table[0].note, StartsWith("crashed with SIGSEGV after "));
  EXPECT_THAT(table[0].note, HasSubstr("no case was finished; its log ends: the last words"));
  EXPECT_THAT(table[0].flags, ElementsAre("crashed"));
  EXPECT_EQ(table[0].outcome, Outcome::failed);
  EXPECT_EQ(table[0].median, std::nullopt);
  EXPECT_THAT(table[1].note,
              HasSubstr("not finished at its deadline of 0.3 s; ended with SIGKILL"));
  EXPECT_THAT(table[2].note, HasSubstr("/nowhere/probe cannot be started: No such file"));
  EXPECT_THAT(table[3].note, HasSubstr("ended with exit 2: it refused its command line"));
  EXPECT_THAT(table[4].note, HasSubstr("exit 3"));
  EXPECT_THAT(table[5].note, HasSubstr("killed by SIGKILL"));
  EXPECT_EQ(table[6].outcome, Outcome::ok);
}

TEST_F(Execute, SkipsWhatNeedsATaskThatDidNotRunToItsEnd) {
  RunRecord record =
      start(step("bad") + step("partly") + step("on_bad", "needs = [\"bad\"]") +
                step("on_partly", "needs = [\"partly\"]") + step("last", "needs = [\"on_bad\"]"),
            {{"bad", "kill -ABRT $$"},
             {"partly", "exit 3"},
             {"on_bad", "true"},
             {"on_partly", "true"},
             {"last", "true"}});
  EXPECT_TRUE(run(record));
  EXPECT_THAT(outcomes(record),
              ElementsAre("bad#1 crashed", "partly#1 incomplete", "on_bad#1 skipped",
                          "on_partly#1 ok", "last#1 skipped"));
  EXPECT_EQ(rows(record)[2].outcome, Outcome::skipped);
  EXPECT_EQ(rows(record)[2].note, "not started: it needs bad#1, which was crashed");
}

TEST_F(Execute, StopsBehindAFailureThatStopsTheRun) {
  RunRecord record = start(step("gate", "on_failure = \"stop\"") + step("rest"),
                           {{"gate", "exit 3"}, {"rest", "true"}});
  EXPECT_TRUE(run(record));
  EXPECT_THAT(outcomes(record), ElementsAre("gate#1 incomplete", "rest#1 skipped"));
  EXPECT_EQ(rows(record)[1].note,
            "not started: gate#1 was incomplete, and its failure stops the run");
}

TEST_F(Execute, EndsWhatATaskLeavesBehindAndSaysSo) {
  RunRecord record = start(step("a"), {{"a", "sleep 60 &"}});
  EXPECT_TRUE(run(record));
  EXPECT_THAT(rows(record)[0].note, HasSubstr("left 1 process behind"));
  EXPECT_EQ(rows(record)[0].outcome, Outcome::ok);
}

TEST_F(Execute, IsContinuedFromTheJournal) {
  std::filesystem::path folder;
  {
    RunRecord record = start(step("a") + step("b") + step("c"),
                             {{"a", "true"}, {"b", "kill -INT $PPID; sleep 60"}, {"c", "true"}});
    EXPECT_FALSE(run(record));
    EXPECT_THAT(outcomes(record), ElementsAre("a#1 ok", "b#1 -", "c#1 -"));
    folder = record.directory().path();
  }
  RunRecord record = RunRecord::open(folder);
  EXPECT_THAT(outcomes(record), ElementsAre("a#1 ok", "b#1 -", "c#1 -"));
  EXPECT_EQ(take_up_again(record, "again"), 2U);
  Runner runner{.launch = [](const Task&, const RowNames&) -> std::vector<std::string> {
                  return {"/bin/true"};
                },
                .interruption = interruption_,
                .progress = progress_};
  EXPECT_FALSE(run_tasks(record, runner)) << "the signal of before still counts in this process";
}

TEST_F(Execute, ResumeTakesUpWhatWasKilledOrSkippedAndLeavesWhatFailed) {
  std::filesystem::path folder;
  {
    RunRecord record =
        start(step("crash") + step("killed") + step("on", "needs = [\"killed\"]"),
              {{"crash", "kill -SEGV $$"}, {"killed", "kill -9 $$"}, {"on", "true"}});
    run(record);
    folder = record.directory().path();
  }
  RunRecord record = RunRecord::open(folder);
  EXPECT_THAT(outcomes(record), ElementsAre("crash#1 crashed", "killed#1 killed", "on#1 skipped"));
  EXPECT_EQ(take_up_again(record, "again"), 2U);
  scripts_["killed"] = "true";
  EXPECT_TRUE(run(record));
  EXPECT_THAT(outcomes(record), ElementsAre("crash#1 crashed", "killed#1 ok", "on#1 ok"));
  EXPECT_THAT(outcomes(RunRecord::open(folder)),
              ElementsAre("crash#1 crashed", "killed#1 ok", "on#1 ok"));
}

TEST_F(Execute, ASkippedTaskIsOneRowHoweverOftenItIsTakenUp) {
  std::filesystem::path folder;
  {
    RunRecord record = start(step("bad") + step("on", "needs = [\"bad\"]"),
                             {{"bad", "kill -SEGV $$"}, {"on", "true"}});
    run(record);
    folder = record.directory().path();
  }
  for (int times = 0; times < 2; ++times) {
    RunRecord record = RunRecord::open(folder);
    EXPECT_EQ(take_up_again(record, "again"), 1U);
    EXPECT_TRUE(run(record));
    EXPECT_EQ(rows(record).size(), 2U);
  }
}

TEST_F(Execute, RetriesAreFurtherAttemptsAndAllRowsStay) {
  std::filesystem::path folder;
  {
    RunRecord record =
        start(step("a", "repeats = 2") + step("b"), {{"a", "exit 3"}, {"b", "true"}});
    run(record);
    EXPECT_EQ(plan_retries(record, "again",
                           [](const TaskState& state) { return state.outcome != TaskOutcome::ok; }),
              2U);
    folder = record.directory().path();
  }
  RunRecord record = RunRecord::open(folder);  // what was planned is in the journal
  scripts_["a"] = "true";
  EXPECT_TRUE(run(record));
  std::vector<std::string> all;
  for (const Measurement& row : rows(record)) {
    all.push_back(row.task + ' ' + std::to_string(row.attempt) + ' ' + outcome_names[row.outcome]);
  }
  EXPECT_THAT(all, ElementsAre("a#1 1 failed", "b#1 1 ok", "a#2 2 failed", "a#1 3 ok", "a#2 4 ok"));
  EXPECT_TRUE(std::filesystem::exists(record.directory().logs() / "a-1.attempt3.log"));
}

TEST_F(Execute, ARetryRunsWhatWasChosenAndNothingElse) {
  std::filesystem::path folder;
  {
    RunRecord record = start(step("a") + step("b") + step("c", "needs = [\"b\"]"),
                             {{"a", "true"}, {"b", "kill -9 $$"}, {"c", "true"}});
    run(record);
    folder = record.directory().path();
  }
  RunRecord record = RunRecord::open(folder);
  EXPECT_EQ(
      plan_retries(record, "again", [](const TaskState& state) { return state.task.step == "a"; }),
      1U);
  EXPECT_TRUE(run(record));
  EXPECT_THAT(outcomes(record), ElementsAre("a#1 ok", "b#1 killed", "c#1 skipped"));
  EXPECT_EQ(rows(record).size(), 4U);
}

TEST_F(Execute, ARowWithoutItsLineInTheJournalCounts) {
  std::filesystem::path folder;
  {
    RunRecord record = start(step("a"), {{"a", "true"}});
    run(record);
    folder = record.directory().path();
  }
  // As if the runner had been killed between the two.
  const auto journal = folder / "journal.jsonl";
  std::ifstream stream(journal);
  std::string line, kept;
  while (std::getline(stream, line)) {
    if (line.find("task_ended") == std::string::npos) kept += line + '\n';
  }
  std::ofstream(journal) << kept;
  RunRecord record = RunRecord::open(folder);
  EXPECT_THAT(outcomes(record), ElementsAre("a#1 ok"));
  EXPECT_EQ(take_up_again(record, "again"), 0U);
  EXPECT_TRUE(run(record));
  EXPECT_EQ(rows(record).size(), 1U);
}

TEST_F(Execute, ARunThatNeverBeganIsNotContinued) {
  const auto run = RunDirectory::create(folder_.path(), "s", wall_now());
  CsvAppender<ManifestEntry> manifest(run.manifest());
  try {
    RunRecord::open(run.path());
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("start it anew"));
  }
}

TEST_F(Execute, WritesWhatTheRunIsAndWhoShouldBeThere) {
  RunRecord record = start(step("a"), {{"a", "true"}});
  const auto manifest = read_all<ManifestEntry>(record.directory().manifest());
  ASSERT_EQ(manifest.size(), 1U);
  EXPECT_EQ(manifest[0].host, "host");
  EXPECT_EQ(manifest[0].instance_type, "type");
  std::vector<std::string> keys;
  for (const auto& entry : read_all<ContextEntry>(record.directory().context())) {
    keys.push_back(entry.key);
  }
  EXPECT_THAT(keys,
              ElementsAre("runner.version", "runner.command", "runner.suite", "runner.suite_hash"));
  RunRecord::open(record.directory().path());
  EXPECT_EQ(read_all<ContextEntry>(record.directory().context()).size(), 4U);
}

}  // namespace
}  // namespace plumbline
