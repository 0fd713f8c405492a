#include "suites/acceptance/judge.h"

#include <fmt/format.h>

#include <system_error>

#include "results/schema/exit_code.h"
#include "suites/launch/local.h"
#include "suites/launch/open_descriptors.h"
#include "suites/launch/supervise.h"
#include "suites/running/task_outcome.h"

namespace plumbline {
namespace {

constexpr Seconds report_deadline{600};

/// plumbline-report on the run, without what it is asked for.
std::vector<std::string> report_command(const RunDirectory& run,
                                        const std::vector<std::string>& baselines,
                                        const Judge& judge) {
  const std::filesystem::path results = run.path().parent_path().parent_path();
  std::vector<std::string> command = {judge.bin / "plumbline-report", run.path(), "--results",
                                      results};
  for (const std::string& folder : baselines) {
    command.insert(command.end(), {"--baselines", folder});
  }
  return command;
}

/// The exit code of the command, or exit_interrupted. A problem if it has none of its own.
Acceptance run_report(const std::vector<std::string>& command, int output, int error,
                      Interruption& interruption) {
  ChildProcess child(command, output, error);
  try {
    child.release();
  } catch (const std::system_error& failure) {
    return {exit_incomplete, command.front() + " cannot be started: " + failure.code().message()};
  }
  const std::string again = "; to judge it: " + shell_line(command);
  const ProcessEnd end = supervise(child, {.deadline = report_deadline}, interruption);
  if (end.stopped == Stopped::by_interruption) return {exit_interrupted, ""};
  if (end.stopped == Stopped::at_deadline || !end.status) {
    return {exit_incomplete,
            "plumbline-report did not finish within " + format_duration(report_deadline) + again};
  }
  if (end.status->signal != 0) {
    return {exit_incomplete,
            "plumbline-report ended with " + signal_name(end.status->signal) + again};
  }
  return {end.status->exit, ""};
}

}  // namespace

Acceptance judge_run(const RunDirectory& run, const std::vector<std::string>& baselines,
                     const Judge& judge, bool last, Interruption& interruption) {
  auto command = report_command(run, baselines, judge);
  if (!judge.history.empty()) command.insert(command.end(), {"--history", judge.history});
  if (last) {
    command.insert(command.end(), {"--html", run.report()});
    if (judge.quiet) command.emplace_back("--quiet");
  } else {
    command.insert(command.end(), {"--no-html", "--quiet"});
  }
  const std::filesystem::path log = run.logs() / "report.log";
  const bool to_log = !last || judge.quiet;
  Descriptor output;
  if (to_log) output = open_log(log);
  Acceptance end =
      run_report(command, to_log ? output.get() : 1, to_log ? output.get() : 2, interruption);
  if (end.exit_code == exit_interrupted) return end;
  if (!end.problem.empty()) {
    end.problem = "the run was not judged: " + end.problem;
    return end;
  }
  const int code = end.exit_code;
  if (code == exit_usage || !std::filesystem::exists(run.findings())) {
    const std::string why = to_log ? ": " + tail_of(log) : "";
    return {code == exit_ok ? exit_incomplete : code,
            fmt::format(
                "the run was not judged: plumbline-report ended with exit {}{}; to judge it: {}",
                code, why, shell_line(command))};
  }
  return end;
}

Acceptance judge_pairs(const RunDirectory& run, const std::vector<std::string>& baselines,
                       const Judge& judge, const std::string& step, Interruption& interruption) {
  auto command = report_command(run, baselines, judge);
  command.insert(command.end(), {"--suspects-of", step});
  const std::filesystem::path log = run.logs() / (step + ".suspects.log");
  const Descriptor output = open_log(log);
  Acceptance end = run_report(command, output.get(), output.get(), interruption);
  if (end.problem.empty() && end.exit_code != exit_ok && end.exit_code != exit_interrupted) {
    end.problem =
        fmt::format("plumbline-report ended with exit {}: {}", end.exit_code, tail_of(log));
  }
  return end;
}

}  // namespace plumbline
