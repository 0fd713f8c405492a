#include "tests/runs/rig.h"

#include "results/schema/file_error.h"

namespace plumbline {

Running Rig::start(const std::vector<std::string>& arguments) {
  const auto output = scratch_ / ("output" + std::to_string(++outputs_));
  std::vector<std::string> words = {PLUMBLINE_RIG "/bin/plumbline"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return start_program(std::move(words), output);
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
