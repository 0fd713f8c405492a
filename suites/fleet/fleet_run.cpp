#include "suites/fleet/fleet_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "suites/fleet/pair_rates.h"
#include "suites/fleet/task_orders.h"
#include "suites/schedule/adaptive.h"
#include "suites/schedule/group.h"
#include "suites/schedule/plan.h"

namespace plumbline {
namespace {

/// The hosts that take part in what hosts do together, numbered as in the manifest.
struct Present {
  std::vector<std::size_t> hosts;
  schedule::Fleet fleet;
};

class FleetRun {
 public:
  FleetRun(FleetRecord& record, FleetRunner& runner) : record_(record), runner_(runner) {}

  bool run() {
    if (!run_alone()) return false;
    for (const Step& step : record_.suite().steps) {
      if (step.on == Together::alone) continue;
      const Present present = present_for(step);
      if (present.hosts.size() < 2) {
        skip(step, present);
        continue;
      }
      if (!(step.on == Together::pairs ? run_pairs(step, present) : run_groups(step, present))) {
        return false;
      }
    }
    return true;
  }

 private:
  void say(const std::string& sentence) {
    if (runner_.say) runner_.say(sentence);
  }

  bool run_alone() {
    if (std::ranges::none_of(record_.suite().steps,
                             [](const Step& step) { return step.on == Together::alone; })) {
      return true;
    }
    std::vector<PlannedTask> tasks;
    for (std::size_t host = 0; host < record_.order().manifest.size(); ++host) {
      tasks.push_back(task_on_host(record_, host));
    }
    say(fmt::format("each of {} hosts by itself", tasks.size()));
    return run_stage(record_, runner_, "nodes", std::move(tasks));
  }

  /// Who has not been lost when a step begins. The choice stands in the journal, so that a run that
  /// is continued makes the same rounds.
  Present present_for(const Step& step) {
    Present present;
    Manifest manifest;
    const auto before = record_.hosts_of_step(step.name);
    for (std::size_t host = 0; host < record_.order().manifest.size(); ++host) {
      const ManifestEntry& node = record_.order().manifest[host];
      const auto outcome = record_.outcome("nodes@" + node.host);
      const bool is_there = before ? std::ranges::binary_search(*before, node.host)
                                   : !outcome || *outcome != TaskOutcome::killed;
      if (!is_there) continue;
      present.hosts.push_back(host);
      manifest.push_back(node);
    }
    present.fleet = schedule::fleet_of(manifest);
    if (!before) record_.note_hosts_of_step(step.name, present.fleet.hosts);
    return present;
  }

  /// Fewer hosts than it takes is a failure, never a smaller test.
  void skip(const Step& step, const Present& present) {
    TaskEnd end;
    end.outcome = TaskOutcome::skipped;
    end.reason = fmt::format("not started: {} needs two hosts at least, and {} {} there", step.name,
                             present.hosts.size(), present.hosts.size() == 1 ? "is" : "are");
    FleetTask task{step.name, step.name, step.probe, {}, 1};
    for (const ManifestEntry& node : record_.order().manifest) task.hosts.push_back(node.host);
    if (!record_.outcome(task.id)) record_.ended(task, end);
    say(end.reason);
  }

  std::vector<PlannedTask> tasks_of(const Step& step, const Present& present,
                                    const std::string& name, const schedule::Round& round) {
    std::vector<PlannedTask> tasks;
    for (const schedule::Pair& pair : round.pairs) {
      const std::string id =
          fmt::format("{}@{}+{}", name, present.fleet.hosts[pair.a], present.fleet.hosts[pair.b]);
      tasks.push_back(
          task_together(record_, step, id, {present.hosts[pair.a], present.hosts[pair.b]}));
    }
    return tasks;
  }

  bool run_round(const Step& step, const Present& present, const std::string& name,
                 const schedule::Round& round, std::vector<schedule::RoundResults>& results) {
    say(fmt::format("{}: {} pairs, {}", name, round.pairs.size(),
                    schedule::round_kind_names[round.kind]));
    const auto tasks = tasks_of(step, present, name, round);
    if (!run_stage(record_, runner_, name, tasks)) return false;
    std::vector<FleetTask> ended;
    for (const PlannedTask& planned : tasks) ended.push_back(record_.latest(planned.task));
    results.push_back(pair_rates(record_, present.fleet, ended));
    return true;
  }

  bool run_pairs(const Step& step, const Present& present) {
    const schedule::Plan plan = schedule::plan_rounds(present.fleet, record_.order().seed);
    for (const std::string& note : plan.notes) say(step.name + ": " + note);
    std::vector<schedule::RoundResults> results;
    for (std::size_t i = 0; i < plan.rounds.size(); ++i) {
      const std::string name = fmt::format("{}.round{}", step.name, i + 1);
      if (!run_round(step, present, name, plan.rounds[i], results)) return false;
    }
    // Who is slow is so with everyone, and everyone may have met it.
    const schedule::SuspectRule rule{.failing_pairs = std::max<std::size_t>(1, results.size() / 2)};
    const auto standing = schedule::find_suspects(present.fleet, results, rule);
    if (standing.suspects.empty()) return true;
    for (const schedule::Suspect& suspect : standing.suspects) {
      say(fmt::format("{}: {} is tested again: {}", step.name, present.fleet.hosts[suspect.node],
                      suspect.reason));
    }
    const auto again = schedule::adaptive_rounds(present.fleet, standing, record_.order().seed);
    for (const std::string& note : again.notes) say(step.name + ": " + note);
    for (std::size_t i = 0; i < again.rounds.size(); ++i) {
      const std::string name = fmt::format("{}.suspects{}", step.name, i + 1);
      if (!run_round(step, present, name, again.rounds[i], results)) return false;
    }
    return true;
  }

  bool run_groups(const Step& step, const Present& present) {
    for (const std::size_t size : schedule::group_sizes(present.hosts.size())) {
      const std::string name = fmt::format("{}.of{}", step.name, size);
      const auto round = schedule::collective_groups(present.fleet, size, record_.order().seed);
      std::vector<PlannedTask> tasks;
      for (std::size_t i = 0; i < round.groups.size(); ++i) {
        std::vector<std::size_t> hosts;
        for (const std::size_t node : round.groups[i].nodes) hosts.push_back(present.hosts[node]);
        tasks.push_back(
            task_together(record_, step, fmt::format("{}.group{}", name, i + 1), hosts));
      }
      say(fmt::format("{}: {} group{}", name, tasks.size(), tasks.size() == 1 ? "" : "s"));
      if (!run_stage(record_, runner_, name, std::move(tasks))) return false;
    }
    return true;
  }

  FleetRecord& record_;
  FleetRunner& runner_;
};

}  // namespace

bool run_fleet(FleetRecord& record, FleetRunner& runner) {
  const bool done = FleetRun(record, runner).run();
  for (const std::string& problem : record.parts().merge()) {
    if (runner.say) runner.say(problem);
  }
  return done;
}

}  // namespace plumbline
