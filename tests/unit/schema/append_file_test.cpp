#include "results/schema/append_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

TEST(AppendFile, WritesTheHeaderOnce) {
  const ScratchFolder folder;
  for (int i = 0; i < 3; ++i) AppendFile(folder / "f", "header\n").append("line\n");
  EXPECT_EQ(read_file(folder / "f"), "header\nline\nline\nline\n");
}

TEST(AppendFile, SetsACutLineAside) {
  const ScratchFolder folder;
  write_file(folder / "f", "header\nwhole\ncu");
  AppendFile file(folder / "f", "header\n");
  EXPECT_EQ(file.torn_line(), "cu");
  file.append("next\n");
  EXPECT_EQ(read_file(folder / "f"), "header\nwhole\nnext\n");
  EXPECT_EQ(read_file(folder / "f.torn"), "cu\n");
}

TEST(AppendFile, ACutHeaderIsWrittenAgain) {
  const ScratchFolder folder;
  write_file(folder / "f", "head");
  AppendFile(folder / "f", "header\n").append("line\n");
  EXPECT_EQ(read_file(folder / "f"), "header\nline\n");
}

TEST(AppendFile, ACutLineLongerThanABlock) {
  const ScratchFolder folder;
  write_file(folder / "f", "header\n" + std::string(10000, 'x'));
  EXPECT_EQ(AppendFile(folder / "f", "header\n").torn_line().size(), 10000U);
  EXPECT_EQ(read_file(folder / "f"), "header\n");
}

TEST(AppendFile, AFolderThatIsNotThereIsAnError) {
  const ScratchFolder folder;
  EXPECT_THROW(AppendFile(folder / "none/f", ""), std::system_error);
}

TEST(AppendFile, ManyWritersLoseNoLine) {
  const ScratchFolder folder;
  constexpr int writers = 4, lines = 200;
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([&, writer] {
        AppendFile file(folder / "f", "header\n");
        for (int i = 0; i < lines; ++i) {
          file.append(std::to_string(writer) + ' ' + std::to_string(i) + std::string(300, '.') +
                      '\n');
        }
      });
    }
  }
  std::istringstream stream(read_file(folder / "f"));
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "header");
  std::set<std::string> seen;
  while (std::getline(stream, line)) {
    EXPECT_TRUE(line.ends_with("..."));
    EXPECT_TRUE(seen.insert(line).second);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(writers * lines));
}

TEST(AppendFile, AFullDiskLeavesNoHalfLine) {
  const ScratchFolder folder;
  // A limit on the size of files stands in for the full disk, in a process of its own.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      AppendFile file(folder / "f", "header\n");
      file.append(std::string(50, 'a') + '\n');
      file.append(std::string(80, 'b') + '\n');
    } catch (const std::system_error&) {
      ::_exit(7);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(read_file(folder / "f"), "header\n" + std::string(50, 'a') + '\n');
}

}  // namespace
}  // namespace plumbline
