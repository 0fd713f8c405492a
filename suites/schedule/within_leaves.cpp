#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/random.h"
#include "suites/schedule/round_robin.h"

namespace plumbline::schedule {

std::size_t rounds_within_leaves(const Fleet& fleet) {
  std::size_t rounds = 0;
  for (const Leaf& leaf : fleet.leaves) {
    rounds = std::max(rounds, round_robin_rounds(leaf.nodes.size()));
  }
  return rounds;
}

Round within_leaves(const Fleet& fleet, std::uint64_t seed, std::size_t round) {
  if (round >= rounds_within_leaves(fleet)) {
    throw std::out_of_range(fmt::format("found round {} within leaves, expected one of {}", round,
                                        rounds_within_leaves(fleet)));
  }
  Round made{RoundKind::within_leaves, {}, {}};
  for (std::size_t i = 0; i < fleet.leaves.size(); ++i) {
    std::vector<std::size_t> nodes = fleet.leaves[i].nodes;
    if (round >= round_robin_rounds(nodes.size())) {
      made.idle.insert(made.idle.end(), nodes.begin(), nodes.end());
      continue;
    }
    Random(seed, {static_cast<std::uint64_t>(RoundKind::within_leaves), i}).shuffle(nodes);
    const Round seats = round_robin(nodes.size(), round);
    for (const Pair& pair : seats.pairs) made.pairs.push_back({nodes[pair.a], nodes[pair.b]});
    for (const std::size_t seat : seats.idle) made.idle.push_back(nodes[seat]);
  }
  std::sort(made.idle.begin(), made.idle.end());
  return made;
}

}  // namespace plumbline::schedule
