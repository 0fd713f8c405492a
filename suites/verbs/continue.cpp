#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "suites/acceptance/accept.h"
#include "suites/description/nearest_name.h"
#include "suites/verbs/fleet_session.h"
#include "suites/verbs/session.h"
#include "suites/verbs/verb.h"

namespace plumbline {
namespace {

/// What can be asked of `retry --only`.
enum class Retried { failed, missing };
constexpr auto retried_names = names_of<Retried>("failed", "missing");

Retried kind_of(const std::optional<TaskOutcome>& outcome) {
  const bool missing = !outcome || *outcome == TaskOutcome::skipped;
  return missing ? Retried::missing : Retried::failed;
}

/// What `retry` is asked for.
struct Choice {
  std::vector<std::string> only = {"failed", "missing"};
  std::string step;

  bool takes(const std::string& of_step, const std::optional<TaskOutcome>& outcome) const {
    if (!step.empty()) return of_step == step;
    if (outcome == TaskOutcome::ok) return false;
    return std::ranges::find(only, retried_names[kind_of(outcome)]) != only.end();
  }

  /// Throws FileError unless the suite has the step.
  void check(const Suite& suite, const std::filesystem::path& file) const {
    if (step.empty()) return;
    std::vector<std::string> steps;
    for (const Step& known : suite.steps) steps.push_back(known.name);
    if (std::ranges::find(steps, step) == steps.end()) {
      throw FileError(file.string(), 0, "step",
                      "there is no step \"" + step + "\"" + did_you_mean(step, steps));
    }
  }
};

/// Of many hosts all tasks of one host alone are one task; which of them are to be run again is
/// left to the host.
int retry_on_hosts(const std::filesystem::path& folder, const Choice& choice, bool quiet,
                   const std::vector<std::string>& arguments, const InstallTree& tree) {
  const RunDirectory directory = RunDirectory::open(folder);
  const Suite suite = read_suite(directory.suite());
  choice.check(suite, directory.suite());
  const bool is_of_hosts = std::ranges::any_of(suite.steps, [&](const Step& step) {
    return step.on == Together::alone && step.name == choice.step;
  });
  const auto chosen = [&](const FleetTask& task, TaskOutcome outcome) {
    const bool is_host = task.probe.empty();
    if (is_host && is_of_hosts) return true;
    const auto ended = outcome == TaskOutcome::killed ? std::nullopt : std::optional(outcome);
    return choice.takes(is_host ? "" : task.step, ended);
  };
  std::vector<std::string> words = {"--only", fmt::to_string(fmt::join(choice.only, ","))};
  if (!choice.step.empty()) words = {"--step", choice.step};
  return retry_fleet(folder, quiet, tree, command_line("retry", arguments), chosen, words);
}

/// A run as it was left, if it can be continued on this host.
RunRecord open_here(const std::string& name, const std::string& results) {
  RunRecord record = RunRecord::open(find_run(name, results));
  const std::string own = identify_host().host;
  if (record.order().machine != own) {
    throw FileError(
        record.directory().path().string(), 0, "",
        "was made on " + record.order().machine + ", and this is " + own + ": continue it there");
  }
  return record;
}

}  // namespace

int resume_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  SessionOptions options;
  std::string run;
  CLI::App app(
      "Continue a run that was interrupted or killed. Every row that it has stays, no case "
      "is measured twice; tasks that failed by themselves stay failed (plumbline retry).",
      "plumbline resume");
  app.add_option("run", run, "The run's folder, or its name; by default the newest run");
  options.add_to(app);
  app.footer("\nExit: as the run itself would have ended.");
  if (const auto code = parse(app, arguments)) return *code;
  const std::filesystem::path folder = find_run(run, options.results);
  if (is_fleet_run(folder)) return resume_fleet(folder, options.quiet, tree);
  Session session(options, tree);
  RunRecord record = open_here(run, options.results);
  const std::size_t count = take_up_again(record, command_line("resume", arguments));
  session.progress().say(fmt::format("{}: {} of {} tasks to run",
                                     record.directory().path().string(), count,
                                     record.tasks().size()));
  if (!record.order().rehearses.empty()) session.rehearse(record);
  session.begin(record);
  return session.finish(record);
}

int retry_verb(const std::vector<std::string>& arguments, const InstallTree& tree) {
  SessionOptions options;
  std::string run, findings;
  Choice choice;
  CLI::App app(
      "Run again what failed or was not run, as a further attempt. The rows of all attempts "
      "are kept.",
      "plumbline retry");
  app.add_option("run", run, "The run's folder, or its name; by default the newest run");
  auto* only_option = app.add_option("--only", choice.only,
                                     "failed: ended badly; missing: not started or not finished")
                          ->delimiter(',')
                          ->check(CLI::IsMember(std::vector<std::string>(
                              retried_names.words.begin(), retried_names.words.end())))
                          ->capture_default_str();
  auto* step_option =
      app.add_option("--step", choice.step, "All tasks of this step, however they ended")
          ->excludes(only_option);
  app.add_option("--findings", findings,
                 "What these findings ask for (a findings.csv, of many hosts together)")
      ->type_name("FILE")
      ->excludes(only_option)
      ->excludes(step_option);
  options.add_to(app);
  app.footer("\nExit: as the run itself would have ended.");
  if (const auto code = parse(app, arguments)) return *code;
  const std::filesystem::path folder = find_run(run, options.results);
  if (is_fleet_run(folder) && !findings.empty()) {
    throw FileError(folder.string(), 0, "",
                    "is of many hosts: `plumbline accept` asks them for what is to be measured "
                    "again by itself");
  }
  if (is_fleet_run(folder)) return retry_on_hosts(folder, choice, options.quiet, arguments, tree);
  Session session(options, tree);
  RunRecord record = open_here(run, options.results);
  choice.check(record.suite(), record.directory().suite());
  const std::string command = command_line("retry", arguments);
  if (!findings.empty()) {
    const std::size_t cases = plan_asked_look(record, command, read_all<Finding>(findings));
    session.progress().say(fmt::format("{} case{} to measure again", cases, cases == 1 ? "" : "s"));
  } else {
    const auto chosen = [&](const TaskState& state) {
      return choice.takes(state.task.step, state.outcome);
    };
    const std::size_t count = plan_retries(record, command, chosen);
    session.progress().say(fmt::format("{} task{} to run again", count, count == 1 ? "" : "s"));
  }
  if (!record.order().rehearses.empty()) session.rehearse(record);
  session.begin(record);
  return session.finish(record);
}

}  // namespace plumbline
