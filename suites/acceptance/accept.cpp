#include "suites/acceptance/accept.h"

#include <fmt/format.h>

#include <set>

#include "results/schema/exit_code.h"

#include "suites/acceptance/looks.h"

namespace plumbline {
namespace {

Acceptance judge_record(const RunRecord& record, Runner& runner, const Judge& judge, bool last) {
  return judge_run(record.directory(), record.order().baselines, judge, last, runner.interruption);
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

/// Plans the tasks of a look, as PREFIX.STEP; how many cases they measure.
std::size_t plan_tasks(RunRecord& record, const std::string& prefix,
                       std::span<const Remeasurement> plan) {
  std::set<std::string> cases;
  for (const Remeasurement& again : plan) {
    Task task = task_again(record.step(again.step), prefix + '.' + again.step, again.pass,
                           record.next_attempt(again.step), {record.order().host.host});
    task.cases = again.cases;
    task.rest = record.order().look_gap;
    record.plan(task);
    cases.insert(again.cases.begin(), again.cases.end());
  }
  return cases.size();
}

/// Plans the next look that has anything to measure. False if there is none.
bool plan_next_look(RunRecord& record, Progress& progress) {
  const auto findings = read_all<Finding>(record.directory().findings());
  const CaseSteps steps = steps_of_cases(record);
  const std::string& host = record.order().host.host;
  for (std::size_t look = record.last_look() + 1; look <= runs_at_look.size(); ++look) {
    const auto plan = plan_look(look, host, findings, record.suite(), steps);
    if (plan.empty()) continue;
    const std::size_t cases = plan_tasks(record, fmt::format("look{}", look), plan);
    progress.say(
        fmt::format("{} case{} undecided: measured again, at least {} apart, until {} runs", cases,
                    cases == 1 ? " is" : "s are", format_duration(record.order().look_gap),
                    runs_at_look[look - 1]));
    return true;
  }
  return false;
}

}  // namespace

std::size_t plan_asked_look(RunRecord& record, const std::string& command,
                            std::span<const Finding> findings) {
  plan_retries(record, command, [](const TaskState&) { return false; });
  std::set<std::string> rounds;
  for (const TaskState& state : record.tasks()) {
    if (state.task.step.starts_with("asked")) {
      rounds.insert(state.task.step.substr(0, state.task.step.find('.')));
    }
  }
  const CaseSteps steps = steps_of_cases(record);
  for (std::size_t look = 2; look <= runs_at_look.size(); ++look) {
    const auto plan = plan_look(look, record.order().host.host, findings, record.suite(), steps);
    if (!plan.empty()) {
      return plan_tasks(record, fmt::format("asked{}", rounds.size() + 1), plan);
    }
  }
  return 0;
}

Acceptance accept_run(RunRecord& record, Runner& runner, const Judge& judge) {
  do {
    if (!run_tasks(record, runner)) return {exit_interrupted, ""};
    if (record.last_look() == runs_at_look.size()) break;
    Acceptance so_far = judge_record(record, runner, judge, false);
    if (so_far.exit_code == exit_interrupted || !so_far.problem.empty()) return so_far;
  } while (plan_next_look(record, runner.progress));
  record.note("measured", {});  // the report, made next, tells when
  Acceptance verdict = judge_record(record, runner, judge, true);
  if (verdict.exit_code != exit_interrupted) {
    record.note("run_ended", {{"verdict", std::to_string(verdict.exit_code)}});
  }
  return verdict;
}

}  // namespace plumbline
