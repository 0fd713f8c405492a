#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

/// A program that was started and not yet awaited.
class Running {
 public:
  Running(pid_t pid, std::filesystem::path output) : pid_(pid), output_(std::move(output)) {}

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Its exit code; 128 + the signal that ended it.
  int wait() const;
  std::string output() const { return read_file(output_); }

 private:
  pid_t pid_;
  std::filesystem::path output_;
};

struct Said {
  int exit = 0;
  std::string output;  ///< standard output and error
};

/// `plumbline` of the rig, with results and a lock of one test.
class Rig {
 public:
  Running start(const std::vector<std::string>& arguments);
  /// With --results and --lock-file.
  Running start_run(std::vector<std::string> arguments);
  Said say(const std::vector<std::string>& arguments);
  Said run(std::vector<std::string> arguments);

  std::filesystem::path results() const { return scratch_ / "results"; }
  std::filesystem::path lock() const { return scratch_ / "lock"; }
  RunDirectory latest() const { return RunDirectory::latest(results()); }
  /// Of the latest run; 0 while it is being made.
  std::size_t rows_so_far() const;

 private:
  ScratchFolder scratch_;
  int outputs_ = 0;
};

/// Waits until `condition` holds; false if it does not within 20 seconds.
bool eventually(const std::function<bool()>& condition);

/// What makes a row one: task, attempt and case; how often each stands in the table.
using RowCounts = std::map<std::tuple<std::string, std::uint64_t, std::string>, int>;
RowCounts count_rows(const RunDirectory& run);

/// The value of a detail in the last event of that name; "" if there is none.
std::string last_detail(const RunDirectory& run, const std::string& event,
                        const std::string& detail);

}  // namespace plumbline
