#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reports/localisation/class_reference.h"
#include "reports/localisation/fabric.h"

namespace plumbline::localisation {

/// What came of one measurement between two nodes: a rate above 0.
struct PairRate {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t round = 0;
  std::uint32_t rail_a = 0;
  std::uint32_t rail_b = 0;
  double rate = 0;
};

/// Rates held against what a healthy path of their class reaches.
struct PairDeviations {
  std::vector<PairPath> paths;  ///< in the order of the rates
  std::optional<ClassReference> within_leaves;
  std::optional<ClassReference> across_leaves;
};

/// Paths within a leaf and across leaves are classes of their own. A round that the whole fleet
/// takes part in is held against its own median first: what slows all of it is nobody's fault. A
/// class of fewer paths than know their level takes the other's, where that is known.
PairDeviations deviations_of(const Fabric& fabric, std::span<const PairRate> rates,
                             const KnownClass& known);

}  // namespace plumbline::localisation
