#include "suites/verbs/plan_together.h"

#include <fmt/format.h>

#include <algorithm>

#include "suites/running/probe_plan.h"
#include "suites/schedule/group.h"
#include "suites/schedule/plan.h"
#include "suites/schedule/plan_text.h"

namespace plumbline {
namespace {

/// Of so many hosts all pairs are shown.
constexpr std::size_t all_pairs_up_to = 32;

/// What the probe says of so many ranks that are like this host; its deadline where it says
/// nothing.
Seconds time_of(const Step& step, std::size_t ranks, const std::filesystem::path& bin,
                Interruption& interruption) {
  Task task = task_again(step, step.name, 1, 1, {});
  for (const auto& option :
       {fmt::format("--ranks={}", ranks), std::string("--rank=0"),
        std::string("--rendezvous=localhost:1"), std::string("--token=none")}) {
    task.options.push_back(option);
  }
  const ProbePlan plan = plan_of(task, bin, interruption);
  return plan.problem.empty() ? std::min(plan.max(), step.deadline) : step.deadline;
}

std::string groups_text(const schedule::Fleet& fleet, std::uint64_t seed) {
  std::string text;
  for (const std::size_t size : schedule::group_sizes(fleet.hosts.size())) {
    const auto round = schedule::collective_groups(fleet, size, seed);
    text += fmt::format("  {} group{} of {}{}\n", round.groups.size(),
                        round.groups.size() == 1 ? "" : "s", size,
                        round.idle.empty() ? "" : fmt::format(", {} idle", round.idle.size()));
  }
  return text;
}

}  // namespace

std::string plan_together(const Suite& suite, const Manifest& hosts, std::uint64_t seed,
                          const std::filesystem::path& bin, Interruption& interruption) {
  const schedule::Fleet fleet = schedule::fleet_of(hosts);
  std::string text;
  for (const Step& step : suite.steps) {
    if (step.on == Together::alone) continue;
    text += fmt::format("\n{}: {} on {} of {} hosts\n", step.name, step.probe,
                        together_names[step.on], fleet.hosts.size());
    if (fleet.hosts.size() < 2) {
      text += "  not started: it takes two hosts at least\n";
    } else if (step.on == Together::groups) {
      text += groups_text(fleet, seed);
    } else {
      text += schedule::plan_text(schedule::plan_rounds(fleet, seed, {.partners = step.partners}),
                                  fleet, time_of(step, 2, bin, interruption),
                                  fleet.hosts.size() <= all_pairs_up_to);
      text +=
          "between hosts like this one; then again those that are slow, with partners that never "
          "failed\n";
    }
  }
  return text;
}

}  // namespace plumbline
