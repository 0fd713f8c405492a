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

std::vector<std::string> report_command(const RunDirectory& run,
                                        const std::vector<std::string>& baselines,
                                        const Judge& judge, bool last) {
  const std::filesystem::path results = run.path().parent_path().parent_path();
  std::vector<std::string> command = {judge.bin / "plumbline-report", run.path(), "--results",
                                      results};
  for (const std::string& folder : baselines) {
    command.insert(command.end(), {"--baselines", folder});
  }
  if (!judge.history.empty()) command.insert(command.end(), {"--history", judge.history});
  if (last) {
    command.insert(command.end(), {"--html", run.report()});
    if (judge.quiet) command.emplace_back("--quiet");
  } else {
    command.insert(command.end(), {"--no-html", "--quiet"});
  }
  return command;
}

}  // namespace

Acceptance judge_run(const RunDirectory& run, const std::vector<std::string>& baselines,
                     const Judge& judge, bool last, Interruption& interruption) {
  const auto command = report_command(run, baselines, judge, last);
  const std::string again = "; to judge it: " + shell_line(command);
  const std::filesystem::path log = run.logs() / "report.log";
  const bool to_log = !last || judge.quiet;
  Descriptor output;
  if (to_log) output = open_log(log);
  ChildProcess child(command, to_log ? output.get() : 1, to_log ? output.get() : 2);
  try {
    child.release();
  } catch (const std::system_error& error) {
    return {exit_incomplete, "the run was not judged: " + command.front() +
                                 " cannot be started: " + error.code().message()};
  }
  const ProcessEnd end = supervise(child, {.deadline = report_deadline}, interruption);
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
  if (code == exit_usage || !std::filesystem::exists(run.findings())) {
    const std::string why = to_log ? ": " + tail_of(log) : "";
    return {code == exit_ok ? exit_incomplete : code,
            fmt::format("the run was not judged: plumbline-report ended with exit {}{}{}", code,
                        why, again)};
  }
  return {code, ""};
}

}  // namespace plumbline
