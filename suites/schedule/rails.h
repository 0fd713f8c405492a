#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "suites/schedule/round.h"

namespace plumbline::schedule {

/// Which rail of one node is joined with which of another: `a` of the first, `b` of the second.
struct RailRound {
  std::vector<Pair> rails;
  std::vector<std::size_t> left_a;  ///< rails of the first node in no pair
  std::vector<std::size_t> left_b;  ///< of the second
};

/// In round r rail i of the first node meets rail i + r of the second inside its class, modulo its
/// size: each NIC meets others from round to round, which tells a NIC from its peer without more
/// rounds of nodes. `class_a[i]` is the class of rail i of the first node (rails of equal PCI
/// function, say); rails of different classes are never joined. Where the nodes have different
/// numbers of rails in a class, as many as the smaller one has are joined, and the others left.
RailRound rotate_rails(std::span<const std::size_t> class_a, std::span<const std::size_t> class_b,
                       std::size_t round);

}  // namespace plumbline::schedule
