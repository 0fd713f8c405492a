#include "suites/acceptance/accept.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <set>
#include <system_error>

#include "results/schema/exit_code.h"
#include "suites/acceptance/looks.h"

namespace plumbline {
namespace {

constexpr Seconds report_deadline{600};

std::vector<std::string> report_command(const RunRecord& record, const Judge& judge, bool last) {
  const RunDirectory& run = record.directory();
  std::vector<std::string> command = {judge.bin / "plumbline-report", run.path(), "--results",
                                      record.results()};
  for (const std::string& folder : record.order().baselines) {
    command.insert(command.end(), {"--baselines", folder});
  }
  if (last) {
    command.insert(command.end(), {"--html", run.report()});
    if (judge.quiet) command.emplace_back("--quiet");
  } else {
    command.insert(command.end(), {"--no-html", "--quiet"});
  }
  return command;
}

/// Lets plumbline-report judge the run; what it prints goes to `log`, or to our own output if that
/// is empty. An exit code that is no verdict comes with a problem.
Acceptance judge_run(const RunRecord& record, Runner& runner, const Judge& judge, bool last) {
  const auto command = report_command(record, judge, last);
  const std::string again = "; to judge it: " + shell_line(command);
  const std::filesystem::path log = record.directory().logs() / "report.log";
  const bool to_log = !last || judge.quiet;
  Descriptor output;
  if (to_log) {
    output = Descriptor(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (output.get() < 0) {
      throw std::system_error(errno, std::generic_category(), log.string() + ": cannot open");
    }
  }
  ChildProcess child(command, to_log ? output.get() : 1, to_log ? output.get() : 2);
  try {
    child.release();
  } catch (const std::system_error& error) {
    return {exit_incomplete, "the run was not judged: " + command.front() +
                                 " cannot be started: " + error.code().message()};
  }
  const ProcessEnd end = supervise(child, {.deadline = report_deadline}, runner.interruption);
  if (end.stopped == Stopped::by_interruption) return {exit_interrupted, ""};
  if (end.stopped == Stopped::at_deadline || !end.status) {
    return {exit_incomplete, "the run was not judged: plumbline-report did not finish within " +
                                 format_duration(report_deadline) + again};
  }
  if (end.status->signal != 0) {
    return {exit_incomplete, "the run was not judged: plumbline-report ended with " +
                                 signal_name(end.status->signal) + again};
  }
  const int code = end.status->exit;
  if (code == exit_usage || !std::filesystem::exists(record.directory().findings())) {
    const std::string why = to_log ? ": " + tail_of(log) : "";
    return {code == exit_ok ? exit_incomplete : code,
            fmt::format("the run was not judged: plumbline-report ended with exit {}{}{}", code,
                        why, again)};
  }
  return {code, ""};
}

/// The step that measured each case first.
CaseSteps steps_of_cases(const RunRecord& record) {
  CaseSteps steps;
  read_csv<Measurement>(
      record.directory().measurements(),
      [&](const Measurement& row) {
        const TaskState* state = record.find(row.task);
        if (state != nullptr && !row.case_name.empty()) {
          steps.emplace(std::pair(row.probe, row.case_name), suite_step(state->task));
        }
      },
      BadRows::collect);
  return steps;
}

/// Plans the next look that has anything to measure. False if there is none.
bool plan_next_look(RunRecord& record, Progress& progress) {
  const auto findings = read_all<Finding>(record.directory().findings());
  const CaseSteps steps = steps_of_cases(record);
  const std::string& host = record.order().host.host;
  for (std::size_t look = record.last_look() + 1; look <= runs_at_look.size(); ++look) {
    const auto plan = plan_look(look, host, findings, record.suite(), steps);
    if (plan.empty()) continue;
    std::set<std::string> cases;
    for (const Remeasurement& again : plan) {
      Task task = task_again(record.step(again.step), fmt::format("look{}.{}", look, again.step),
                             again.pass, record.next_attempt(again.step), {host});
      task.cases = again.cases;
      task.rest = record.order().look_gap;
      record.plan(task);
      cases.insert(again.cases.begin(), again.cases.end());
    }
    progress.say(
        fmt::format("{} case{} undecided: measured again, at least {} apart, until {} runs",
                    cases.size(), cases.size() == 1 ? " is" : "s are",
                    format_duration(record.order().look_gap), runs_at_look[look - 1]));
    return true;
  }
  return false;
}

}  // namespace

Acceptance accept_run(RunRecord& record, Runner& runner, const Judge& judge) {
  do {
    if (!run_tasks(record, runner)) return {exit_interrupted, ""};
    if (record.last_look() == runs_at_look.size()) break;
    Acceptance so_far = judge_run(record, runner, judge, false);
    if (so_far.exit_code == exit_interrupted || !so_far.problem.empty()) return so_far;
  } while (plan_next_look(record, runner.progress));
  record.note("measured", {});  // the report, made next, tells when
  Acceptance verdict = judge_run(record, runner, judge, true);
  if (verdict.exit_code != exit_interrupted) {
    record.note("run_ended", {{"verdict", std::to_string(verdict.exit_code)}});
  }
  return verdict;
}

}  // namespace plumbline
