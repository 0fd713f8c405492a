#include "results/schema/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/schema/file_error.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

const WallTime noon = parse_time("2026-11-24T12:00:00.000Z").value();

TEST(JournalFile, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  Journal journal(folder / "journal.jsonl");
  journal.append({noon, "run_started", "", 0, {{"suite", "smoke"}}});
  journal.append({noon, "task_started", "host_memory#1", 2, {{"command", "a \"b\"\nc \xff"}}});
  const auto events = read_journal(folder / "journal.jsonl");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].event, "run_started");
  EXPECT_EQ(events[0].detail("suite"), "smoke");
  EXPECT_EQ(events[0].detail("nothing"), "");
  EXPECT_EQ(events[1].task, "host_memory#1");
  EXPECT_EQ(events[1].attempt, 2U);
  EXPECT_EQ(events[1].time, noon);
  EXPECT_THAT(events[1].detail("command"), HasSubstr("a \"b\"\nc"));
}

TEST(JournalFile, ACutLastLineIsLeftOut) {
  const ScratchFolder folder;
  Journal(folder / "j").append({noon, "run_started", "", 0, {}});
  write_file(folder / "k", read_file(folder / "j") + "{\"time\":\"2026");
  EXPECT_EQ(read_journal(folder / "k").size(), 1U);
  Journal(folder / "k").append({noon, "resumed", "", 0, {}});
  EXPECT_EQ(read_journal(folder / "k").size(), 2U) << "the cut line was set aside";
}

TEST(JournalFile, ALineThatIsNoEventIsNamed) {
  const ScratchFolder folder;
  Journal(folder / "j").append({noon, "run_started", "", 0, {}});
  for (const char* line : {"nonsense\n", "{\"time\":\"yesterday\"}\n", "{\"attempt\":\"x\"}\n"}) {
    write_file(folder / "k", read_file(folder / "j") + line);
    try {
      read_journal(folder / "k");
      FAIL() << line;
    } catch (const FileError& error) {
      EXPECT_THAT(error.what(), HasSubstr("k:2: is no journal event"));
    }
  }
  EXPECT_THROW(read_journal(folder / "none"), FileError);
}

}  // namespace
}  // namespace plumbline
