#include "suites/running/progress.h"

#include <fmt/format.h>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string head(const TaskProgress& task) {
  const std::string retry =
      task.task.attempt == task.task.repeat || task.task.step.find('.') != std::string::npos
          ? ""
          : fmt::format(" (attempt {})", task.task.attempt);
  return fmt::format("[{}/{}] {}{}", task.number, task.total, task.task.id(), retry);
}

const char* word(TaskOutcome outcome) {
  switch (outcome) {
    case TaskOutcome::ok:
      return "ok";
    case TaskOutcome::incomplete:
      return "INCOMPLETE";
    case TaskOutcome::skipped:
      return "SKIPPED";
    default:
      return "FAILED";
  }
}

const char* colour_of(TaskOutcome outcome) {
  switch (outcome) {
    case TaskOutcome::ok:
      return "\x1b[32m";
    case TaskOutcome::incomplete:
    case TaskOutcome::skipped:
      return "\x1b[33m";
    default:
      return "\x1b[31m";
  }
}

std::string clock_time() { return format_time(wall_now()).substr(11, 8) + "Z "; }

}  // namespace

std::string last_value(const Measurement& row) {
  std::string text = row.metric + ' ' + path_of(row);
  if (row.outcome != Outcome::ok) return text + ' ' + outcome_names[row.outcome];
  if (row.median) return text + fmt::format(" {:.4g} {}", *row.median, row.unit);
  return text + ' ' + row.text;
}

std::string live_line(const TaskProgress& task, std::size_t width) {
  std::string line = fmt::format("{}  {} of at most {}", head(task), format_duration(task.elapsed),
                                 format_duration(task.task.deadline));
  if (task.left) line += "  " + format_duration(*task.left) + " left";
  if (task.newest) line += "  " + last_value(*task.newest);
  if (line.size() >= width) line.resize(width == 0 ? 0 : width - 1);  // else the terminal wraps it
  return line;
}

std::string end_line(const TaskProgress& task, const TaskEnd& end) {
  std::string line = fmt::format("{}  {}", head(task), word(end.outcome));
  if (end.outcome != TaskOutcome::skipped) {
    line += fmt::format(" in {}, {} row{}", format_duration(end.elapsed), task.rows,
                        task.rows == 1 ? "" : "s");
  }
  if (!end.reason.empty()) line += ": " + end.reason;
  if (end.outcome != TaskOutcome::ok && end.outcome != TaskOutcome::skipped) {
    line += " (log " + task.log.string() + ')';
  }
  return line;
}

void PlainProgress::task_started(const TaskProgress& task) {
  out_ << clock_time() << head(task) << "  started, at most " << format_duration(task.task.deadline)
       << std::endl;
}

void PlainProgress::task_ended(const TaskProgress& task, const TaskEnd& end) {
  out_ << clock_time() << end_line(task, end) << std::endl;
}

void PlainProgress::say(const std::string& sentence) { out_ << sentence << std::endl; }

LiveProgress::~LiveProgress() { clear(); }

void LiveProgress::clear() {
  if (shown_) out_ << "\r\x1b[K" << std::flush;
  shown_ = false;
}

void LiveProgress::tick(const TaskProgress& task) {
  out_ << "\r\x1b[K" << live_line(task, width_()) << std::flush;
  shown_ = true;
}

void LiveProgress::task_ended(const TaskProgress& task, const TaskEnd& end) {
  clear();
  std::string line = end_line(task, end);
  if (colour_) {
    const std::string plain = word(end.outcome);
    const std::size_t at = line.find("  " + plain);
    line.replace(at + 2, plain.size(), colour_of(end.outcome) + plain + "\x1b[0m");
  }
  out_ << line << std::endl;
}

void LiveProgress::say(const std::string& sentence) {
  clear();
  out_ << sentence << std::endl;
}

}  // namespace plumbline
