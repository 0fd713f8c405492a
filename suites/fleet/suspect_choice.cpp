#include "suites/fleet/suspect_choice.h"

#include <fmt/format.h>

#include <exception>
#include <set>

#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "suites/description/fnv1a.h"

namespace plumbline {
namespace {

/// What was killed was not.
bool was_measured(const FleetRecord& record, const FleetTask& task) {
  const auto outcome = record.outcome(task.id);
  return outcome && *outcome != TaskOutcome::killed;
}

/// Stands for the tasks that were measured, and in which attempt.
std::string measured_tasks(const FleetRecord& record, std::span<const FleetTask> tasks) {
  Fnv1a hash;
  std::size_t count = 0;
  for (const FleetTask& task : tasks) {
    if (!was_measured(record, task)) continue;
    for (const char c : fmt::format("{}#{}\n", task.id, task.attempt)) hash.feed(c);
    ++count;
  }
  return fmt::format("{} pairs {:016x}", count, hash.value());
}

/// The hosts whose loss ended one of the tasks: what else failed with them says little. When they
/// are back, that is measured, and the choice is made anew.
std::set<std::string> lost_in(const FleetRecord& record, const FleetRunner& runner,
                              std::span<const FleetTask> tasks) {
  std::set<std::string> lost;
  for (const FleetTask& task : tasks) {
    if (was_measured(record, task)) continue;
    for (const std::string& host : task.hosts) {
      if (runner.lost_hosts.contains(host)) lost.insert(host);
    }
  }
  return lost;
}

/// What the report says of the rounds; nothing if it was interrupted.
std::optional<SuspectChoice> ask_report(FleetRecord& record, FleetRunner& runner,
                                        const Judge& judge, const std::string& step,
                                        const schedule::Fleet& fleet) {
  SuspectChoice choice;
  try {
    for (const std::string& problem : record.parts().merge_measurements()) {
      if (runner.say) runner.say(problem);
    }
  } catch (const std::exception& error) {
    choice.problem = fmt::format("what was measured cannot be put together: {}", error.what());
    return choice;
  }
  const RunDirectory& run = record.directory();
  const Acceptance end =
      judge_pairs(run, record.order().baselines, judge, step, runner.interruption);
  if (end.exit_code == exit_interrupted) return std::nullopt;
  choice.problem = end.problem;
  if (!choice.problem.empty()) return choice;
  try {
    choice.suspects = schedule::named(fleet, schedule::read_suspects(run.suspects_of(step), fleet));
    choice.source = SuspectSource::report;
  } catch (const FileError& error) {
    choice.problem = error.what();
  }
  return choice;
}

std::vector<schedule::Suspect> numbered(const schedule::Fleet& fleet,
                                        const std::vector<SuspectedNode>& nodes) {
  const auto number_of = schedule::node_numbers(fleet);
  std::vector<schedule::Suspect> suspects;
  for (const auto& [host, reason] : nodes) suspects.push_back({number_of.at(host), reason});
  return suspects;
}

void say_choice(const FleetRunner& runner, const std::string& step, const SuspectChoice& choice) {
  if (!runner.say) return;
  if (!choice.problem.empty()) {
    runner.say(
        fmt::format("{}: the rounds alone say who is tested again: {}", step, choice.problem));
  }
  for (const SuspectedNode& node : choice.suspects) {
    runner.say(fmt::format("{}: {} is tested again{}{}", step, node.host,
                           node.reason.empty() ? "" : ": ", node.reason));
  }
}

}  // namespace

std::optional<schedule::Standing> choose_suspects(FleetRecord& record, FleetRunner& runner,
                                                  const Judge& judge, const Step& step,
                                                  const schedule::Fleet& fleet,
                                                  const MeasuredRounds& measured) {
  const std::string tasks = measured_tasks(record, measured.tasks);
  const SuspectChoice* const before = record.suspect_choice(step.name);
  if (before == nullptr || before->measured != tasks) {
    SuspectChoice choice;
    if (record.order().suspects) {
      choice = {SuspectSource::order, tasks, *record.order().suspects, ""};
    } else {
      auto said = ask_report(record, runner, judge, step.name, fleet);
      if (!said) return std::nullopt;
      choice = std::move(*said);
      choice.measured = tasks;
      if (choice.source == SuspectSource::rounds) {
        choice.suspects = schedule::named(
            fleet, schedule::standing_after(fleet, measured.rounds, measured.results).suspects);
      }
      const std::set<std::string> lost = lost_in(record, runner, measured.tasks);
      std::erase_if(choice.suspects,
                    [&](const SuspectedNode& node) { return lost.contains(node.host); });
    }
    say_choice(runner, step.name, choice);
    record.note_suspects(step.name, std::move(choice));
  }
  return schedule::standing_after(fleet, measured.rounds, measured.results,
                                  numbered(fleet, record.suspect_choice(step.name)->suspects));
}

}  // namespace plumbline
