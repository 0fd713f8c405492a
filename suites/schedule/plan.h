#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "suites/schedule/fleet.h"
#include "suites/schedule/round.h"

namespace plumbline::schedule {

/// What decides which rounds a fleet gets.
struct PlanRule {
  std::size_t round_robin_up_to = 32;  ///< so many nodes meet everyone
  std::size_t within_leaves = 1;       ///< beyond that: so many rounds within leaves
  std::size_t across_leaves = 4;       ///< and so many across
  std::size_t partners = 0;            ///< no more rounds than everyone needs for so many; 0: all
};

/// The rounds that every node takes part in before anything is known about it, and what a person
/// should know about them. The seed makes them again.
struct Plan {
  std::uint64_t seed = 0;
  std::vector<Round> rounds;
  std::vector<std::string> notes;
};

/// All pairs (the circle method) for a small fleet; else random matchings within leaves and across
/// leaves. Where one leaf has more than half of the nodes, partners in other leaves run out: there
/// the rounds within leaves are as many as both together.
Plan plan_rounds(const Fleet& fleet, std::uint64_t seed, const PlanRule& rule = {});

/// In how many pairs of these rounds each node is.
std::vector<std::size_t> tests_of_nodes(const Fleet& fleet, const std::vector<Round>& rounds);

}  // namespace plumbline::schedule
