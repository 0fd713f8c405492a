#pragma once

#include <string>

#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/names.h"
#include "suites/description/task.h"
#include "suites/launch/local.h"
#include "suites/launch/supervise.h"

namespace plumbline {

/// How a task ended.
enum class TaskOutcome {
  ok,           ///< exit 0
  incomplete,   ///< exit 3: it ran to its end, but a case failed or nothing was measured
  failed,       ///< another exit code
  crashed,      ///< a signal of its own making: SIGSEGV, SIGABRT ...
  killed,       ///< a signal from outside: a person, or the kernel for want of memory
  timed_out,    ///< ended at its deadline
  unstartable,  ///< its program could not be started
  skipped,      ///< not started, because of how another task ended
  left_out,     ///< no part of a rehearsal: its probe can only measure the host itself
};
inline constexpr auto task_outcome_names =
    names_of<TaskOutcome>("ok", "incomplete", "failed", "crashed", "killed", "timed_out",
                          "unstartable", "skipped", "left_out");

/// A task that ran to its end, well or not: what others may need.
inline bool ran_to_its_end(TaskOutcome outcome) {
  return outcome == TaskOutcome::ok || outcome == TaskOutcome::incomplete;
}

struct TaskEnd {
  TaskOutcome outcome = TaskOutcome::ok;
  Seconds elapsed{0};
  int exit = 0;
  int signal = 0;
  std::string reason;  ///< a sentence; of a good end only if there is something to say

  bool operator==(const TaskEnd&) const = default;
};

/// What is known about a task beside how its process ended.
struct TaskTrace {
  std::string last_case;  ///< the last that has a row; "" if none has
  std::string log_tail;   ///< the last lines that it printed
};

TaskEnd end_of_task(const Task& task, const ProcessEnd& end, const TaskTrace& trace);

/// The line of the journal about the end of a task.
JournalEvent task_ended(const std::string& task, std::uint64_t attempt, const TaskEnd& end,
                        WallTime time);

/// The row `runner.task`: seconds of a good end, the reason of any other.
Measurement task_row(const Task& task, const TaskEnd& end, const RowNames& names, WallTime time);

/// The inverse of task_row(), as far as a row holds it.
TaskEnd task_end_of_row(const Measurement& row);

/// True for the rows that task_row() makes.
bool is_task_row(const Measurement& row);

/// The last three lines of a file as one line of at most 300 characters.
std::string tail_of(const std::filesystem::path& log);

}  // namespace plumbline
