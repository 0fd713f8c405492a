#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/run_directory.h"
#include "tests/running.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {

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

/// What makes a row one: task, attempt and case; how often each stands in the table.
using RowCounts = std::map<std::tuple<std::string, std::uint64_t, std::string>, int>;
RowCounts count_rows(const RunDirectory& run);

/// The value of a detail in the last event of that name; "" if there is none.
std::string last_detail(const RunDirectory& run, const std::string& event,
                        const std::string& detail);

}  // namespace plumbline
