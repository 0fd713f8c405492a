#include "suites/schedule/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <stdexcept>

#include "suites/schedule/random.h"

namespace plumbline::schedule {
namespace {

/// What is drawn from a seed here; apart from the kinds of rounds of pairs.
enum Stream : std::uint64_t { collective_stream = 0x100, incast_stream = 0x101 };

/// Cuts groups of `size` from the front of `nodes`; returns what is left.
std::vector<std::size_t> cut_groups(std::span<const std::size_t> nodes, std::size_t size,
                                    std::vector<Group>& groups) {
  for (; nodes.size() >= size; nodes = nodes.subspan(size)) {
    groups.push_back({{nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(size)}, false});
  }
  return {nodes.begin(), nodes.end()};
}

}  // namespace

std::vector<std::size_t> group_sizes(std::size_t nodes) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 2; size < nodes; size *= 2) sizes.push_back(size);
  if (nodes >= 2) sizes.push_back(nodes);
  return sizes;
}

GroupRound collective_groups(const Fleet& fleet, std::size_t size, std::uint64_t seed) {
  if (size < 2) throw std::invalid_argument(fmt::format("found groups of {}, expected 2", size));
  GroupRound round;
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < fleet.leaves.size(); ++i) {
    std::vector<std::size_t> nodes = fleet.leaves[i].nodes;
    Random(seed, {collective_stream, size, i}).shuffle(nodes);
    const auto rest = cut_groups(nodes, size, round.groups);
    left.insert(left.end(), rest.begin(), rest.end());
  }
  for (Group& group : round.groups) group.within_leaf = true;
  round.idle = cut_groups(left, size, round.groups);
  std::sort(round.idle.begin(), round.idle.end());
  return round;
}

GroupRound incast(const Fleet& fleet, std::size_t senders, std::uint64_t seed, std::size_t round) {
  if (senders == 0) throw std::invalid_argument("found an incast of no sender, expected 1 or more");
  const std::size_t size = senders + 1;
  std::vector<std::size_t> nodes(fleet.size());
  std::iota(nodes.begin(), nodes.end(), std::size_t{0});
  Random(seed, {incast_stream, senders, round / size}).shuffle(nodes);
  GroupRound made;
  made.idle = cut_groups(nodes, size, made.groups);
  std::sort(made.idle.begin(), made.idle.end());
  for (Group& group : made.groups) {
    std::rotate(group.nodes.begin(),
                group.nodes.begin() + static_cast<std::ptrdiff_t>(round % size), group.nodes.end());
    group.within_leaf = !fleet.leaves[fleet.leaf_of[group.nodes.front()]].name.empty() &&
                        std::all_of(group.nodes.begin(), group.nodes.end(), [&](std::size_t node) {
                          return fleet.leaf_of[node] == fleet.leaf_of[group.nodes.front()];
                        });
  }
  return made;
}

}  // namespace plumbline::schedule
