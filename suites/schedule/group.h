#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "suites/schedule/fleet.h"

namespace plumbline::schedule {

/// Nodes that work together: a collective, or an incast, where all others send to the first.
struct Group {
  std::vector<std::size_t> nodes;  ///< indices of Fleet::hosts
  bool within_leaf = false;        ///< all below one leaf that is known

  bool operator==(const Group&) const = default;
};

/// Groups that run at the same time; no node is in two of them.
struct GroupRound {
  std::vector<Group> groups;
  std::vector<std::size_t> idle;  ///< too few for one more group; ascending

  bool operator==(const GroupRound&) const = default;
};

/// The sizes of groups that a fleet has room for: 2, 4, 8 ... and all nodes.
std::vector<std::size_t> group_sizes(std::size_t nodes);

/// As many groups of `size` nodes as the fleet has room for: first within each leaf, then of what
/// is left in the leaves, where neighbours in the network stay together. Which nodes meet changes
/// with `seed`. Throws std::invalid_argument for a size below 2.
GroupRound collective_groups(const Fleet& fleet, std::size_t size, std::uint64_t seed);

/// Incast: as many groups of a receiver and `senders` others as the fleet has room for, random over
/// the fleet. The groups are the same in rounds 0 to `senders`, and in these each of their nodes is
/// the receiver once; later rounds begin again with other groups. Throws std::invalid_argument for
/// no sender.
GroupRound incast(const Fleet& fleet, std::size_t senders, std::uint64_t seed, std::size_t round);

}  // namespace plumbline::schedule
