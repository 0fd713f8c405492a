#include "suites/schedule/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/round_robin.h"

namespace plumbline::schedule {
namespace {

std::size_t largest_leaf(const Fleet& fleet) {
  std::size_t largest = 0;
  for (const Leaf& leaf : fleet.leaves) largest = std::max(largest, leaf.nodes.size());
  return largest;
}

std::size_t unplaced_nodes(const Fleet& fleet) {
  return static_cast<std::size_t>(
      std::count_if(fleet.leaves.begin(), fleet.leaves.end(),
                    [](const Leaf& leaf) { return leaf.name.empty(); }));
}

/// How many pairs are there again that were there before.
std::size_t repeated_pairs(const std::vector<Round>& rounds) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const Round& round : rounds) {
    for (const Pair& pair : round.pairs) pairs.emplace_back(std::minmax(pair.a, pair.b));
  }
  std::sort(pairs.begin(), pairs.end());
  const auto distinct = std::unique(pairs.begin(), pairs.end()) - pairs.begin();
  return pairs.size() - static_cast<std::size_t>(distinct);
}

void add_notes(const Fleet& fleet, Plan& plan) {
  const std::size_t unplaced = unplaced_nodes(fleet);
  if (unplaced > 0) {
    plan.notes.push_back(
        fmt::format("{} of {} nodes have no leaf in the manifest: each counts as "
                    "a leaf of its own",
                    unplaced, fleet.size()));
  }
  if (const std::size_t repeated = repeated_pairs(plan.rounds); repeated > 0) {
    plan.notes.push_back(
        fmt::format("{} pairs meet again: there are too few other partners", repeated));
  }
  const auto tests = tests_of_nodes(fleet, plan.rounds);
  const auto alone = static_cast<std::size_t>(std::count(tests.begin(), tests.end(), 0U));
  if (alone > 0)
    plan.notes.push_back(fmt::format("{} of {} nodes meet nobody", alone, fleet.size()));
}

/// The first rounds, as many as it takes for each node to be in so many of them.
void keep_first(const Fleet& fleet, std::size_t partners, std::vector<Round>& rounds) {
  std::vector<Round> kept;
  for (Round& round : rounds) {
    const auto tests = tests_of_nodes(fleet, kept);
    if (!kept.empty() && *std::min_element(tests.begin(), tests.end()) >= partners) break;
    kept.push_back(std::move(round));
  }
  rounds = std::move(kept);
}

}  // namespace

Plan plan_rounds(const Fleet& fleet, std::uint64_t seed, const PlanRule& rule) {
  Plan plan{seed, {}, {}};
  if (fleet.size() <= rule.round_robin_up_to) {
    for (std::size_t i = 0; i < round_robin_rounds(fleet.size()); ++i) {
      plan.rounds.push_back(round_robin(fleet.size(), i));
    }
  } else {
    const bool one_dominates = 2 * largest_leaf(fleet) > fleet.size();
    const std::size_t within = std::min(
        rounds_within_leaves(fleet), rule.within_leaves + (one_dominates ? rule.across_leaves : 0));
    for (std::size_t i = 0; i < within; ++i) plan.rounds.push_back(within_leaves(fleet, seed, i));
    for (Round& round : across_leaves(fleet, seed, rule.across_leaves)) {
      plan.rounds.push_back(std::move(round));
    }
  }
  if (rule.partners > 0) keep_first(fleet, rule.partners, plan.rounds);
  add_notes(fleet, plan);
  return plan;
}

std::vector<std::size_t> tests_of_nodes(const Fleet& fleet, const std::vector<Round>& rounds) {
  std::vector<std::size_t> tests(fleet.size(), 0);
  for (const Round& round : rounds) {
    for (const Pair& pair : round.pairs) {
      ++tests[pair.a];
      ++tests[pair.b];
    }
  }
  return tests;
}

}  // namespace plumbline::schedule
