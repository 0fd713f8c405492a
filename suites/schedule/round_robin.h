#pragma once

#include <cstddef>

#include "suites/schedule/round.h"

namespace plumbline::schedule {

/// How many rounds it takes until everyone has met everyone: n - 1, or n if n is odd; 0 below 2.
std::size_t round_robin_rounds(std::size_t nodes);

/// One of these rounds (the circle method), made without the others. Each pair of nodes is in
/// exactly one of them, and with an odd number each node is idle in exactly one. `round` counts
/// from 0; throws std::out_of_range if there is no such round.
Round round_robin(std::size_t nodes, std::size_t round);

/// Step `step` of an all-to-all, from 1 to n - 1: node i sends to i + step, modulo n, so that each
/// node sends once and receives once. Throws std::out_of_range.
Round shift(std::size_t nodes, std::size_t step);

}  // namespace plumbline::schedule
