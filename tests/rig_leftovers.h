#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/running.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// The processes of this machine that have `text` in their command line, one a line.
inline std::string processes_with(const std::string& text) {
  std::string found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ostringstream text_of;  // a process may end while it is read: then it has no text
    text_of << std::ifstream(entry.path() / "cmdline").rdbuf();
    std::string command = text_of.str();
    for (char& letter : command) {
      if (letter == '\0') letter = ' ';
    }
    if (command.find(text) != std::string::npos) {
      found += entry.path().filename().string() + " " + command + "\n";
    }
  }
  return found;
}

/// Nothing of a rig is left: no process, no mount, no file.
inline void expect_nothing_left(const std::filesystem::path& rig) {
  // A killed script may have had a subshell that is about to find out.
  EXPECT_TRUE(eventually([&] { return processes_with(rig).empty(); })) << processes_with(rig);
  EXPECT_THAT(read_file("/proc/self/mounts"), ::testing::Not(::testing::HasSubstr(rig.string())));
  EXPECT_FALSE(std::filesystem::exists(rig));
}

/// Kills an `up` after so many milliseconds and has `down` clean up behind it. True if it was
/// killed before it was done.
inline bool is_killed_halfway(const std::filesystem::path& script, const ScratchFolder& scratch,
                              const std::vector<std::string>& options, int milliseconds) {
  SCOPED_TRACE(milliseconds);
  const std::filesystem::path rig = scratch / ("rig" + std::to_string(milliseconds));
  std::vector<std::string> words = {script, "up", rig};
  words.insert(words.end(), options.begin(), options.end());
  const Running up = start_program(words, scratch / "output");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  up.signal(SIGKILL);
  const bool halfway = up.wait() != 0;
  const Running down = start_program({script, "down", rig}, scratch / "output");
  EXPECT_EQ(down.wait(), 0) << down.output();
  expect_nothing_left(rig);
  return halfway;
}

}  // namespace plumbline
