#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "reports/localisation/fabric.h"
#include "reports/localisation/fabric_culprits.h"

namespace plumbline::localisation {

/// Two nodes to be measured with each other, by number.
using NodePair = std::pair<std::uint32_t, std::uint32_t>;

/// The pairs that tell most after what was found, in lists that are measured one after another; in
/// a list no node is in two pairs. Each suspect meets `times` other nodes that are neither suspect
/// nor below a slow leaf, of other leaves where there are any; where none is left, nodes that at
/// least were not found slow. Below a slow leaf, which hides its nodes, all meet within it, and in
/// lists of their own eight that are no suspects meet good ones across. `seed` makes the same
/// pairs again.
std::vector<std::vector<NodePair>> next_pairs(const Fabric& fabric, const FabricFaults& faults,
                                              std::uint64_t seed, std::size_t times = 2);

}  // namespace plumbline::localisation
