#pragma once

#include <cstddef>
#include <vector>

#include "results/schema/names.h"

namespace plumbline::schedule {

/// Two nodes that are measured against each other; indices of Fleet::hosts. Where the direction
/// counts, `a` sends to `b`.
struct Pair {
  std::size_t a = 0;
  std::size_t b = 0;

  bool operator==(const Pair&) const = default;
};

enum class RoundKind {
  round_robin,    ///< of all pairs of the fleet
  within_leaves,  ///< both nodes below one leaf
  across_leaves,  ///< the nodes below different leaves
  suspects,       ///< `a` is suspect, `b` never failed, or not within the leaf
  shift,          ///< each node sends to one and receives from another
};
inline constexpr auto round_kind_names =
    names_of<RoundKind>("round_robin", "within_leaves", "across_leaves", "suspects", "shift");

/// Pairs that run at the same time. But for `shift` no node is in two of them.
struct Round {
  RoundKind kind = RoundKind::round_robin;
  std::vector<Pair> pairs;
  std::vector<std::size_t> idle;  ///< nodes of the fleet in no pair, ascending

  bool operator==(const Round&) const = default;
};

}  // namespace plumbline::schedule
