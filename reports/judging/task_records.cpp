#include "reports/judging/task_records.h"

#include <algorithm>
#include <unordered_map>

#include "results/schema/journal.h"

namespace plumbline {
namespace {

TaskRecord begun(const JournalEvent& event, const std::string& run, const std::string& host) {
  TaskRecord task;
  task.run = run;
  task.task = event.task;
  task.attempt = event.attempt;
  task.started = event.time;
  task.command = event.detail("command");
  task.host = event.detail("hosts");
  task.probe = event.detail("probe");
  std::ranges::replace(task.host, '\n', ',');
  if (task.host.empty()) task.host = host;
  if (task.probe.empty()) task.probe = event.task.substr(0, event.task.find('#'));
  return task;
}

/// Keeps those that did not end well and the first of the others.
class Kept {
 public:
  explicit Kept(Evidence& evidence) : evidence_(evidence) {}

  void add(TaskRecord task) {
    ++evidence_.task_totals.tasks;
    evidence_.task_totals.seconds += task.seconds.value_or(0);
    const bool good = task.outcome == "ok";
    if (!good) ++evidence_.task_totals.not_well;
    std::size_t& kept = good ? good_ : bad_;
    if (kept == (good ? most_good_tasks : most_bad_tasks)) return;
    ++kept;
    evidence_.tasks.push_back(std::move(task));
  }

 private:
  Evidence& evidence_;
  std::size_t good_ = 0;
  std::size_t bad_ = 0;
};

}  // namespace

void read_tasks(const RunDirectory& directory, ReportedRun& run, Evidence& evidence) {
  if (!std::filesystem::exists(directory.journal())) return;
  Kept kept(evidence);
  std::unordered_map<std::string, TaskRecord> open;
  std::string host;
  read_journal(directory.journal(), [&](const JournalEvent& event) {
    if (event.event == "run_started") {
      run.started = event.time;
      run.command = event.detail("command");
      if (!event.detail("suite").empty()) run.suite = event.detail("suite");
      host = event.detail("host");
    } else if (event.event == "measured" || event.event == "run_ended") {
      run.ended = event.time;
    } else if (event.event == "task_started") {
      TaskRecord task = begun(event, run.name, host);
      const auto [previous, is_new] = open.try_emplace(event.task, task);
      if (is_new) return;
      kept.add(std::move(previous->second));  // it never ended, and was begun again
      previous->second = std::move(task);
    } else if (event.event == "task_ended") {
      const auto started = open.find(event.task);
      if (started == open.end()) return;
      TaskRecord task = std::move(started->second);
      open.erase(started);
      task.outcome = event.detail("outcome");
      task.reason = event.detail("reason");
      task.seconds = std::chrono::duration<double>(event.time - task.started).count();
      kept.add(std::move(task));
    }
  });
  for (auto& [name, task] : open) kept.add(std::move(task));
  std::ranges::stable_sort(evidence.tasks, {}, &TaskRecord::started);
}

}  // namespace plumbline
