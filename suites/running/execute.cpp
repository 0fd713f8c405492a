#include "suites/running/execute.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "suites/launch/open_descriptors.h"
#include "suites/running/newest_row.h"

namespace plumbline {
namespace {

/// Why a task is not to be started; "" if it is.
std::string obstacle(const RunRecord& record, const Task& task) {
  for (const std::string& id : task.needs) {
    const TaskState* needed = record.find(id);
    if (needed != nullptr && needed->outcome && ran_to_its_end(*needed->outcome)) continue;
    const char* how =
        needed != nullptr && needed->outcome ? task_outcome_names[*needed->outcome] : "not run";
    return fmt::format("not started: it needs {}, which was {}", id, how);
  }
  for (const TaskState& earlier : record.tasks()) {
    if (earlier.task.id() == task.id()) break;
    if (earlier.task.on_failure == OnFailure::stop && earlier.outcome &&
        *earlier.outcome != TaskOutcome::ok && *earlier.outcome != TaskOutcome::skipped) {
      return fmt::format("not started: {} was {}, and its failure stops the run", earlier.task.id(),
                         task_outcome_names[*earlier.outcome]);
    }
  }
  return {};
}

/// What is left of the whole run, if every task left has an expectation that is not yet exceeded.
std::optional<Seconds> time_left(const RunRecord& record, const Runner& runner,
                                 const TaskState& now, Seconds elapsed) {
  Seconds left{0};
  for (const TaskState& state : record.tasks()) {
    if (state.outcome || state.left_alone) continue;
    const auto expected = runner.expected.find(state.task.step);
    if (expected == runner.expected.end()) return std::nullopt;
    const Seconds rest = expected->second - (&state == &now ? elapsed : Seconds{0});
    if (rest.count() < 0) return std::nullopt;
    left += rest;
  }
  return left;
}

/// Waits until the task's step has rested. False if interrupted meanwhile.
bool let_rest(const Task& task, Runner& runner) {
  const auto before = runner.ended.find(suite_step(task));
  if (before == runner.ended.end()) return true;
  const Seconds since = std::chrono::steady_clock::now() - before->second;
  if (since >= task.rest) return true;
  return !runner.interruption.sleep(task.rest - since);
}

/// Runs one task. Nothing if it was interrupted.
std::optional<TaskEnd> run_task(RunRecord& record, Runner& runner, TaskState& state,
                                TaskProgress& shown) {
  const Descriptor log = open_log(shown.log);
  const auto command = runner.launch(state.task, record.names());
  NewestRow rows(record.directory().measurements());
  ChildProcess child(command, log.get(), log.get());
  record.started(state, child.identity(), command);
  runner.progress.task_started(shown);

  TaskEnd end;
  try {
    child.release();
  } catch (const std::system_error& error) {
    end.outcome = TaskOutcome::unstartable;
    end.reason = command.front() + " cannot be started: " + error.code().message();
    return end;
  }
  const auto tick = [&](Seconds elapsed) {
    shown.elapsed = elapsed;
    shown.left = time_left(record, runner, state, elapsed);
    shown.newest = rows.look();
    runner.progress.tick(shown);
  };
  const ProcessEnd process_end =
      supervise(child, {.deadline = state.task.deadline, .grace = runner.grace},
                runner.interruption, tick, runner.progress.interval());
  shown.elapsed = process_end.elapsed;
  shown.newest = rows.look();
  shown.rows = rows.rows();
  if (process_end.stopped == Stopped::by_interruption) return std::nullopt;
  const std::string last_case = shown.newest ? shown.newest->case_name : "";
  end = end_of_task(state.task, process_end, {last_case, tail_of(shown.log)});
  if (end.outcome == TaskOutcome::ok) runner.expected[state.task.step] = end.elapsed;
  return end;
}

void end_orphans_of_killed_runner(const RunRecord& record) {
  for (const TaskState& state : record.tasks()) {
    if (!state.started || state.outcome) continue;
    const auto left = end_orphans(state.process, record.log(state), Seconds{10});
    if (left.empty()) continue;
    throw std::runtime_error(fmt::format(
        "{} of the killed run still hangs in the kernel (process {}) and would disturb what is "
        "measured now; a reboot of this host ends it",
        state.task.id(), fmt::join(left, " ")));
  }
}

}  // namespace

bool run_tasks(RunRecord& record, Runner& runner) {
  TaskProgress shown;
  shown.total = record.tasks().size();
  for (TaskState& state : record.tasks()) {
    ++shown.number;
    if (state.outcome || state.left_alone) continue;
    if (runner.interruption.count() > 0) break;
    shown.task = state.task;
    shown.elapsed = Seconds{0};
    shown.newest.reset();
    shown.rows = 0;
    shown.log = record.log(state);
    const std::string reason = obstacle(record, state.task);
    if (!reason.empty()) {
      TaskEnd end;
      end.outcome = TaskOutcome::skipped;
      end.reason = reason;
      if (state.reason != reason) record.ended(state, end);  // said before, if it is resumed
      state.outcome = end.outcome;
      runner.progress.task_ended(shown, end);
      continue;
    }
    if (!let_rest(state.task, runner)) break;
    const auto end = run_task(record, runner, state, shown);
    if (!end) break;
    runner.ended[suite_step(state.task)] = std::chrono::steady_clock::now();
    record.ended(state, *end);
    runner.progress.task_ended(shown, *end);
  }
  if (runner.interruption.count() == 0) return true;
  record.note("interrupted", {{"signal", signal_name(*runner.interruption.signal())}});
  return std::all_of(record.tasks().begin(), record.tasks().end(),
                     [](const TaskState& state) { return state.outcome || state.left_alone; });
}

std::size_t take_up_again(RunRecord& record, const std::string& command) {
  end_orphans_of_killed_runner(record);
  record.note("resumed", {{"command", command}});
  std::size_t count = 0;
  for (TaskState& state : record.tasks()) {
    if (state.outcome == TaskOutcome::killed || state.outcome == TaskOutcome::skipped) {
      state.outcome.reset();
    }
    if (!state.outcome) ++count;
  }
  return count;
}

std::size_t plan_retries(RunRecord& record, const std::string& command,
                         const std::function<bool(const TaskState& state)>& chosen) {
  end_orphans_of_killed_runner(record);
  record.note("retried", {{"command", command}});
  std::vector<Task> tasks;
  for (TaskState& state : record.tasks()) {
    if (chosen(state)) {
      tasks.push_back(state.task);
    } else {
      state.left_alone = true;
    }
  }
  for (Task& task : tasks) {
    task.attempt = record.next_attempt(suite_step(task));
    record.plan(task);
  }
  return tasks.size();
}

}  // namespace plumbline
