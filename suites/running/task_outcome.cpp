#include "suites/running/task_outcome.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "results/schema/exit_code.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr const char* task_metric = "runner.task";

TaskOutcome outcome_of(const ProcessEnd& end) {
  if (end.stopped == Stopped::at_deadline || !end.status) return TaskOutcome::timed_out;
  switch (end.status->signal) {
    case 0:
      break;
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
      return TaskOutcome::killed;
    default:
      return TaskOutcome::crashed;
  }
  switch (end.status->exit) {
    case exit_ok:
      return TaskOutcome::ok;
    case exit_incomplete:
      return TaskOutcome::incomplete;
    default:
      return TaskOutcome::failed;
  }
}

std::string what_happened(const Task& task, const ProcessEnd& end, TaskOutcome outcome) {
  const std::string elapsed = format_duration(end.elapsed);
  switch (outcome) {
    case TaskOutcome::incomplete:
      return "a case failed, or nothing could be measured (exit 3)";
    case TaskOutcome::failed:
      return fmt::format("ended with exit {}{}", end.status->exit,
                         end.status->exit == exit_usage ? ": it refused its command line" : "");
    case TaskOutcome::crashed:
      return fmt::format("crashed with {} after {}", signal_name(end.status->signal), elapsed);
    case TaskOutcome::killed:
      return fmt::format("killed by {} after {}, by a person or by the kernel for want of memory",
                         signal_name(end.status->signal), elapsed);
    case TaskOutcome::timed_out:
      return fmt::format("not finished at its deadline of {}{}", format_duration(task.deadline),
                         !end.status  ? "; it hangs in the kernel and cannot be ended"
                         : end.killed ? "; ended with SIGKILL, since SIGTERM was not enough"
                                      : "; ended with SIGTERM");
    default:
      return {};
  }
}

std::string left_behind(const ProcessEnd& end) {
  std::string text;
  if (end.left_behind != 0 && end.stopped == Stopped::not_at_all) {
    text = fmt::format("left {} process{} behind, ended by the runner", end.left_behind,
                       end.left_behind == 1 ? "" : "es");
  }
  if (!end.unkillable.empty()) {
    text += fmt::format("{}still there, hanging in the kernel: {}", text.empty() ? "" : "; ",
                        fmt::join(end.unkillable, " "));
  }
  return text;
}

}  // namespace

TaskEnd end_of_task(const Task& task, const ProcessEnd& end, const TaskTrace& trace) {
  TaskEnd result;
  result.outcome = outcome_of(end);
  result.elapsed = end.elapsed;
  if (end.status) {
    result.exit = end.status->exit;
    result.signal = end.status->signal;
  }
  std::vector<std::string> parts = {what_happened(task, end, result.outcome)};
  if (!ran_to_its_end(result.outcome)) {
    parts.push_back(trace.last_case.empty() ? "no case was finished"
                                            : "last finished case " + trace.last_case);
  }
  parts.push_back(left_behind(end));
  if (result.outcome != TaskOutcome::ok && !trace.log_tail.empty()) {
    parts.push_back("its log ends: " + trace.log_tail);
  }
  std::erase(parts, "");
  result.reason = fmt::to_string(fmt::join(parts, "; "));
  return result;
}

JournalEvent task_ended(const std::string& task, std::uint64_t attempt, const TaskEnd& end,
                        WallTime time) {
  return {time,
          "task_ended",
          task,
          attempt,
          {{"outcome", task_outcome_names[end.outcome]},
           {"seconds", format_number(end.elapsed.count())},
           {"exit", std::to_string(end.exit)},
           {"signal", end.signal == 0 ? "" : signal_name(end.signal)},
           {"reason", end.reason}}};
}

Measurement task_row(const Task& task, const TaskEnd& end, const RowNames& names, WallTime time) {
  Measurement row;
  row.run = names.run;
  row.time = time;
  row.host = names.host;
  row.instance_type = names.instance_type;
  row.provenance = names.provenance;
  row.probe = task.probe;
  row.metric = task_metric;
  row.params = {{"step", task.step}, {"repeat", std::to_string(task.repeat)}};
  row.unit = "s";
  row.better = Better::lower;
  row.attempt = task.attempt;
  row.task = task.id();
  row.note = end.reason;
  switch (end.outcome) {
    case TaskOutcome::ok:
      row.samples = 1;
      row.median = end.elapsed.count();
      break;
    case TaskOutcome::skipped:
      row.outcome = Outcome::skipped;
      break;
    case TaskOutcome::left_out:
      row.outcome = Outcome::skipped;
      row.flags = {task_outcome_names[end.outcome]};
      break;
    default:
      row.outcome = Outcome::failed;
      row.flags = {task_outcome_names[end.outcome]};
  }
  return row;
}

TaskEnd task_end_of_row(const Measurement& row) {
  TaskEnd end;
  end.reason = row.note;
  end.elapsed = Seconds(row.median.value_or(0));
  if (row.outcome == Outcome::ok) return end;
  const auto outcome = row.flags.empty() ? std::nullopt : task_outcome_names.find(row.flags[0]);
  end.outcome = outcome.value_or(row.outcome == Outcome::skipped ? TaskOutcome::skipped
                                                                 : TaskOutcome::failed);
  return end;
}

bool is_task_row(const Measurement& row) { return row.metric == task_metric; }

std::string tail_of(const std::filesystem::path& log) {
  constexpr std::size_t lines_kept = 3, most = 300;
  std::ifstream stream(log, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const auto size = static_cast<std::size_t>(stream.tellg());
  stream.seekg(static_cast<std::streamoff>(size - std::min<std::size_t>(size, 4096)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    std::string words;
    std::istringstream text(line);
    for (std::string word; text >> word;) words += (words.empty() ? "" : " ") + word;
    if (!words.empty()) lines.push_back(std::move(words));
  }
  if (lines.size() > lines_kept) lines.erase(lines.begin(), lines.end() - lines_kept);
  std::string tail = fmt::to_string(fmt::join(lines, " | "));
  return tail.size() <= most ? tail : "..." + tail.substr(tail.size() - most);
}

}  // namespace plumbline
