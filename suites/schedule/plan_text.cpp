#include "suites/schedule/plan_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::schedule {
namespace {

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// "64 nodes below 4 leaves", of those that are known.
std::string fleet_text(const Fleet& fleet) {
  const auto known =
      static_cast<std::size_t>(std::count_if(fleet.leaves.begin(), fleet.leaves.end(),
                                             [](const Leaf& leaf) { return !leaf.name.empty(); }));
  const std::string nodes = counted(fleet.size(), "node", "nodes");
  return known == 0 ? nodes + ", leaves not known"
                    : nodes + " below " + counted(known, "leaf", "leaves");
}

std::string tests_text(const std::vector<std::size_t>& tests) {
  if (tests.empty()) return "no tests";
  const auto [fewest, most] = std::minmax_element(tests.begin(), tests.end());
  if (*fewest == *most) return counted(*most, "test", "tests") + " of each node";
  return fmt::format("{} to {} tests of each node", *fewest, *most);
}

}  // namespace

std::string plan_text(const Plan& plan, const Fleet& fleet, Seconds per_round, bool every_pair) {
  std::string text = fmt::format("{}, seed {}\n\n", fleet_text(fleet), plan.seed);
  text += fmt::format("{:>5}  {:14} {:>8} {:>8}\n", "round", "kind", "pairs", "idle");
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < plan.rounds.size(); ++i) {
    const Round& round = plan.rounds[i];
    pairs += round.pairs.size();
    text += fmt::format("{:>5}  {:14} {:>8} {:>8}\n", i + 1, round_kind_names[round.kind],
                        round.pairs.size(), round.idle.size());
    if (!every_pair) continue;
    for (const Pair& pair : round.pairs) {
      text += fmt::format("       {} {}\n", fleet.hosts[pair.a], fleet.hosts[pair.b]);
    }
    if (round.idle.empty()) continue;
    text += "       idle:";
    for (const std::size_t node : round.idle) text += ' ' + fleet.hosts[node];
    text += '\n';
  }
  text +=
      fmt::format("{}, {}, {}; ", counted(plan.rounds.size(), "round", "rounds"),
                  counted(pairs, "pair", "pairs"), tests_text(tests_of_nodes(fleet, plan.rounds)));
  text += fmt::format("about {} at {} a round\n",
                      format_duration(static_cast<double>(plan.rounds.size()) * per_round),
                      format_duration(per_round));
  for (const std::string& note : plan.notes) text += "! " + note + '\n';
  return text;
}

}  // namespace plumbline::schedule
