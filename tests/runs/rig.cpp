#include "tests/runs/rig.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "results/schema/file_error.h"

namespace plumbline {

void Running::signal(int number) const { ::kill(pid_, number); }

int Running::wait() const {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Running Rig::start(const std::vector<std::string>& arguments) {
  const auto output = scratch_ / ("output" + std::to_string(++outputs_));
  std::vector<std::string> words = {PLUMBLINE_RIG "/bin/plumbline"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(file, 1);
    ::dup2(file, 2);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  return {pid, output};
}

Running Rig::start_run(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--results", results(), "--lock-file", lock()});
  return start(arguments);
}

Said Rig::say(const std::vector<std::string>& arguments) {
  const Running running = start(arguments);
  const int exit = running.wait();
  return {exit, running.output()};
}

Said Rig::run(std::vector<std::string> arguments) {
  const Running running = start_run(std::move(arguments));
  const int exit = running.wait();
  return {exit, running.output()};
}

std::size_t Rig::rows_so_far() const {
  try {
    return count_rows(latest()).size();
  } catch (const FileError&) {
    return 0;
  }
}

bool eventually(const std::function<bool()>& condition) {
  for (int tries = 0; tries < 2000; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

RowCounts count_rows(const RunDirectory& run) {
  RowCounts counts;
  if (!std::filesystem::exists(run.measurements())) return counts;
  read_csv<Measurement>(run.measurements(), [&](const Measurement& row) {
    if (!row.case_name.empty()) ++counts[{row.task, row.attempt, row.case_name}];
  });
  return counts;
}

std::string last_detail(const RunDirectory& run, const std::string& event,
                        const std::string& detail) {
  std::string last;
  if (!std::filesystem::exists(run.journal())) return last;
  for (const JournalEvent& entry : read_journal(run.journal())) {
    if (entry.event == event) last = entry.detail(detail);
  }
  return last;
}

}  // namespace plumbline
