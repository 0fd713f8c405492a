#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reports/localisation/bottlenecks.h"
#include "reports/localisation/culprit.h"
#include "reports/localisation/fabric.h"

namespace plumbline::localisation {

/// Prior odds, log((1 - f) / f), of each kind of element; what has none is no element. A path
/// crosses both of its nodes and NICs, and across leaves the uplinks of both, these in its round,
/// and these for its rail.
struct FabricRule {
  double node = 4.6;
  std::optional<double> nic;
  double leaf = 7.6;
  std::optional<double> leaf_round = 3.9;  ///< or one congested round looks like a broken switch
  std::optional<double> leaf_rail;
  PeelingRule peeling;
  Conviction conviction;
};

/// For paths between NICs.
FabricRule rail_rule();

/// What makes paths between nodes slow.
struct FabricFaults {
  std::vector<Culprit> culprits;        ///< the most certain first
  std::vector<std::uint32_t> suspects;  ///< nodes to measure again with known-good ones; ascending
  std::vector<std::uint32_t> slow_leaves;  ///< convicted, or would be after three rounds; ascending
  std::vector<double> explained;  ///< of each path: the deviation that the culprits make of it
};

/// Suspects are the nodes that were found slow, those with a NIC that was, those that cannot be
/// told from either, and both ends of each path that is slower than explained by more than three
/// sigma. A leaf of a single node is no element: nothing can tell it from its node.
FabricFaults find_faults(const Fabric& fabric, std::span<const PairPath> paths,
                         const FabricRule& rule = {});

}  // namespace plumbline::localisation
