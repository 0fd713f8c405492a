#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "suites/schedule/fleet.h"
#include "suites/schedule/round.h"

namespace plumbline::schedule {

/// How many rounds it takes until all nodes of each leaf have met: those of the largest leaf.
std::size_t rounds_within_leaves(const Fleet& fleet);

/// One of these rounds: the circle method inside each leaf, all leaves at the same time, over an
/// order that `seed` shuffles, so that the first rounds alone are random matchings of which no pair
/// comes twice. A leaf that is done is idle. `round` counts from 0; throws std::out_of_range.
Round within_leaves(const Fleet& fleet, std::uint64_t seed, std::size_t round);

/// Random matchings in which each node meets one of another leaf. Each has as many pairs as there
/// can be: nobody is idle, but one node if their number is odd, and those of a leaf with more than
/// half of the nodes for whom nobody is left; the idle change from round to round. No pair comes
/// twice as long as other partners are found.
std::vector<Round> across_leaves(const Fleet& fleet, std::uint64_t seed, std::size_t rounds);

}  // namespace plumbline::schedule
