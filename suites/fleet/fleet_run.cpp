#include "suites/fleet/fleet_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "suites/fleet/pair_rates.h"
#include "suites/fleet/suspect_choice.h"
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
  FleetRun(FleetRecord& record, FleetRunner& runner, const Judge& judge)
      : record_(record), runner_(runner), judge_(judge) {}

  bool run() {
    if (!run_alone()) return false;
    for (const Step& step : record_.suite().steps) {
      if (step.on == Together::alone) continue;
      if (record_.order().manifest.size() < 2) {
        skip(step);
        continue;
      }
      if (!(step.on == Together::pairs ? run_pairs(step) : run_groups(step))) return false;
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

  template <class Takes>
  Present hosts_that(const Takes& takes) const {
    Present present;
    Manifest manifest;
    for (std::size_t host = 0; host < record_.order().manifest.size(); ++host) {
      const ManifestEntry& node = record_.order().manifest[host];
      if (!takes(node.host)) continue;
      present.hosts.push_back(host);
      manifest.push_back(node);
    }
    present.fleet = schedule::fleet_of(manifest);
    return present;
  }

  /// Fewer hosts than it takes is a failure, never a smaller test.
  void skip(const Step& step) {
    TaskEnd end;
    end.outcome = TaskOutcome::skipped;
    end.reason = fmt::format("not started: {} needs two hosts at least", step.name);
    FleetTask task{step.name, step.name, step.probe, {}, 1};
    for (const ManifestEntry& node : record_.order().manifest) task.hosts.push_back(node.host);
    if (!record_.outcome(task.id)) record_.ended(task, end);
    say(end.reason);
  }

  static std::string pair_id(const std::string& round, const Present& present,
                             const schedule::Pair& pair) {
    return fmt::format("{}@{}+{}", round, present.fleet.hosts[pair.a], present.fleet.hosts[pair.b]);
  }

  std::vector<PlannedTask> tasks_of(const Step& step, const Present& present,
                                    const std::string& name, const schedule::Round& round) {
    std::vector<PlannedTask> tasks;
    for (const schedule::Pair& pair : round.pairs) {
      tasks.push_back(task_together(record_, step, pair_id(name, present, pair),
                                    {present.hosts[pair.a], present.hosts[pair.b]}));
    }
    return tasks;
  }

  /// The tasks of the round as they ended; nothing if it was interrupted.
  std::optional<std::vector<FleetTask>> run_round(const Step& step, const Present& present,
                                                  const std::string& name,
                                                  const schedule::Round& round) {
    say(fmt::format("{}: {} pairs, {}", name, round.pairs.size(),
                    schedule::round_kind_names[round.kind]));
    const auto tasks = tasks_of(step, present, name, round);
    if (!run_stage(record_, runner_, name, tasks)) return std::nullopt;
    std::vector<FleetTask> ended;
    for (const PlannedTask& planned : tasks) ended.push_back(record_.latest(planned.task));
    return ended;
  }

  /// Everyone of the manifest has its pairs, so that a run that is continued makes the same rounds:
  /// those with a host that was lost wait until then.
  bool run_pairs(const Step& step) {
    const Present present = hosts_that([](const std::string&) { return true; });
    const schedule::Plan plan =
        schedule::plan_rounds(present.fleet, record_.order().seed, {.partners = step.partners});
    for (const std::string& note : plan.notes) say(step.name + ": " + note);
    std::vector<schedule::RoundResults> results;
    std::vector<FleetTask> tasks;
    for (std::size_t i = 0; i < plan.rounds.size(); ++i) {
      const auto ended = run_round(step, present, round_name(step, i), plan.rounds[i]);
      if (!ended) return false;
      results.push_back(pair_rates(record_, present.fleet, *ended));
      tasks.insert(tasks.end(), ended->begin(), ended->end());
    }
    name_unpaired(step, present, plan.rounds);
    const auto standing = choose_suspects(record_, runner_, judge_, step, present.fleet,
                                          {plan.rounds, results, tasks});
    if (!standing) return false;
    const auto again = schedule::adaptive_rounds(present.fleet, *standing, record_.order().seed);
    for (const std::string& note : again.notes) say(step.name + ": " + note);
    drop_other_retests(step, present, again.rounds);
    Step closer = step;
    if (!step.suspects_filter.empty()) closer.filter = step.suspects_filter;
    for (std::size_t i = 0; i < again.rounds.size(); ++i) {
      if (!run_round(closer, present, retest_round(step, i), again.rounds[i])) return false;
    }
    return true;
  }

  /// A host all of whose partners were lost has no row of any pair: it was not tested.
  void name_unpaired(const Step& step, const Present& present,
                     const std::vector<schedule::Round>& rounds) {
    std::vector<bool> was_tested(present.hosts.size());
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      const std::string name = round_name(step, i);
      for (const schedule::Pair& pair : rounds[i].pairs) {
        const auto outcome = record_.outcome(pair_id(name, present, pair));
        const bool was_lost = !outcome || *outcome == TaskOutcome::killed;
        const auto without = [&](std::size_t partner) {
          return was_lost && runner_.lost_hosts.contains(present.fleet.hosts[partner]);
        };
        if (!without(pair.b)) was_tested[pair.a] = true;
        if (!without(pair.a)) was_tested[pair.b] = true;
      }
    }
    for (std::size_t i = 0; i < present.hosts.size(); ++i) {
      note_missing(step, present.fleet.hosts[i], !was_tested[i],
                   "no pair with it was tested: all its partners were lost");
    }
  }

  static std::string round_name(const Step& step, std::size_t index) {
    return fmt::format("{}.round{}", step.name, index + 1);
  }

  static std::string retest_round(const Step& step, std::size_t index) {
    return fmt::format("{}.suspects{}", step.name, index + 1);
  }

  /// What was killed of the tests of suspects is not wanted any more where, with all rounds known,
  /// others are suspect or have other partners.
  void drop_other_retests(const Step& step, const Present& present,
                          const std::vector<schedule::Round>& rounds) {
    std::set<std::string> wanted;
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      for (const schedule::Pair& pair : rounds[i].pairs) {
        wanted.insert(pair_id(retest_round(step, i), present, pair));
      }
    }
    for (FleetTask task : record_.killed()) {
      if (!task.id.starts_with(step.name + ".suspects") || wanted.contains(task.id)) continue;
      task.attempt = record_.next_attempt(task.id);
      record_.ended(task, {.reason = "not needed any more: other hosts are suspect"});
    }
  }

  /// Groups are made of who is there. If hosts come back, the step is begun again with them: the
  /// rows of its first beginning stay.
  bool run_groups(const Step& step) {
    const Present present = begin(step);
    const std::size_t beginning = record_.beginnings(step.name).size();
    const std::string of_step =
        beginning < 2 ? step.name : fmt::format("{}.beginning{}", step.name, beginning);
    if (present.hosts.size() < 2) return true;
    for (const std::size_t size : schedule::group_sizes(present.hosts.size())) {
      const std::string name = fmt::format("{}.of{}", of_step, size);
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

  /// The hosts of a step on groups. Who is missing has a task that was not run.
  Present begin(const Step& step) {
    const auto beginnings = record_.beginnings(step.name);
    const auto began_with = [&](const std::string& host) {
      return !beginnings.empty() && std::ranges::binary_search(beginnings.back(), host);
    };
    const Present there =
        hosts_that([&](const std::string& host) { return !runner_.lost_hosts.contains(host); });
    const bool again = !std::ranges::all_of(there.fleet.hosts, began_with);
    const Present present = again ? there : hosts_that(began_with);
    if (again) record_.note_beginning(step.name, present.fleet.hosts);
    for (const ManifestEntry& node : record_.order().manifest) {
      const bool is_missing =
          present.hosts.size() < 2 ||
          std::ranges::find(present.fleet.hosts, node.host) == present.fleet.hosts.end();
      note_missing(step, node.host, is_missing, missing_words(node.host));
    }
    return present;
  }

  /// A host that a step on several of them was to test and did not has a failed row, until it does.
  void note_missing(const Step& step, const std::string& host, bool is_missing,
                    const std::string& reason) {
    FleetTask task{step.name + '@' + host, step.name, step.probe, {host}, 1};
    task.attempt = record_.next_attempt(task.id);
    const bool was_missing = record_.outcome(task.id) == TaskOutcome::killed;
    if (is_missing == was_missing) return;
    TaskEnd end{.reason = "takes part"};
    if (is_missing) {
      end.outcome = TaskOutcome::killed;
      end.reason = reason;
      say(fmt::format("{}: {}: {}", step.name, host, end.reason));
    }
    record_.started(task);
    record_.ended(task, end);
  }

  std::string missing_words(const std::string& host) const {
    const auto lost = runner_.lost_hosts.find(host);
    return lost == runner_.lost_hosts.end()
               ? "not started: there is no other host for " + host
               : fmt::format("not started: {} was lost before: {}", host, lost->second);
  }

  FleetRecord& record_;
  FleetRunner& runner_;
  const Judge& judge_;
};

}  // namespace

bool run_fleet(FleetRecord& record, FleetRunner& runner, const Judge& judge) {
  const bool done = FleetRun(record, runner, judge).run();
  for (const std::string& problem : record.parts().merge()) {
    if (runner.say) runner.say(problem);
  }
  return done;
}

}  // namespace plumbline
