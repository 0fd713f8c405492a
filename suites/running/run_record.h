#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/schema/host_identity.h"
#include "results/schema/journal.h"
#include "results/schema/manifest.h"
#include "results/schema/run_directory.h"
#include "suites/description/suite.h"
#include "suites/description/task.h"
#include "suites/launch/local.h"
#include "suites/running/task_outcome.h"

namespace plumbline {

/// What a run was asked to be; written down at its start, so that it can be continued as such.
struct RunOrder {
  std::string run_name;                ///< of its folder; empty: the time and the suite's name
  std::string command;                 ///< as typed, for context.csv
  HostIdentity host;                   ///< as the rows name it
  std::string machine;                 ///< its own name
  Manifest manifest;                   ///< empty: this host alone
  bool accept = false;                 ///< judge and measure again, rather than only measure
  Seconds look_gap{0};                 ///< accept: between two measurements of a case
  std::vector<std::string> baselines;  ///< accept: --baselines of the report
  std::string history;                 ///< accept: --history of the report; empty: none
  std::string rehearses;              ///< a virtual machine, in words; empty: this host is measured
  std::vector<std::string> left_out;  ///< steps of the suite that are no part of this run
};

/// Where a task of a run stands.
struct TaskState {
  Task task;
  std::uint64_t first_attempt = 1;  ///< `task.attempt` is the latest
  bool started = false;
  bool left_alone = false;             ///< not to be run by this process, though it has not ended
  std::optional<TaskOutcome> outcome;  ///< of the latest attempt; nothing: not ended
  std::string reason;
  ProcessIdentity process;  ///< of the latest start
};

/// A run on disk: its folder, its suite, its tasks and how far they are. Everything that changes is
/// in the journal or the table before the call returns, so a killed runner loses nothing.
class RunRecord {
 public:
  /// Makes a new run below <results>/runs.
  static RunRecord create(const std::filesystem::path& results, const Suite& suite,
                          const RunOrder& order);

  /// Reads a run back from its journal. Throws FileError if it cannot be continued.
  static RunRecord open(const std::filesystem::path& folder);

  const RunDirectory& directory() const { return directory_; }
  const Suite& suite() const { return suite_; }
  const RunOrder& order() const { return order_; }
  std::vector<TaskState>& tasks() { return tasks_; }
  const std::vector<TaskState>& tasks() const { return tasks_; }
  RowNames names() const;
  std::filesystem::path results() const { return directory_.path().parent_path().parent_path(); }

  /// Null if there is none.
  const TaskState* find(const std::string& id) const;
  const Step& step(const std::string& name) const;
  std::filesystem::path log(const TaskState& state) const;

  /// The number of the next measurement of a step.
  std::uint64_t next_attempt(const std::string& suite_step) const;

  /// The last look that was planned; 1 if only the suite was.
  std::uint64_t last_look() const;

  /// Adds a task beside those of the suite, or, under the id of a known one, its next attempt.
  void plan(const Task& task);

  void started(TaskState& state, const ProcessIdentity& process,
               const std::vector<std::string>& command);

  /// Writes the row runner.task and the journal.
  void ended(TaskState& state, const TaskEnd& end);

  void note(const std::string& event,
            std::vector<std::pair<std::string, std::string>> details = {});

 private:
  RunRecord(RunDirectory directory, Suite suite, RunOrder order);

  void replay(const std::vector<JournalEvent>& events);
  void settle_unjournaled_ends();
  void write_left_out(const Suite& whole) const;
  void write_context() const;
  TaskState* find(const std::string& id);
  void take(const Task& task);

  RunDirectory directory_;
  Suite suite_;
  RunOrder order_;
  Journal journal_;
  std::vector<TaskState> tasks_;
};

/// A run by its folder, or by its name below <results>/runs; "" is the newest.
std::filesystem::path find_run(const std::string& name_or_path,
                               const std::filesystem::path& results);

}  // namespace plumbline
