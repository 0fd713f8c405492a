#pragma once

#include <cstdint>
#include <vector>

#include "reports/localisation/fabric_culprits.h"
#include "reports/localisation/pair_deviations.h"

namespace plumbline::localisation::testing {

/// A fleet whose nodes have many NICs. In each round each NIC is measured with the NIC of the same
/// rail of the node's partner, all at once.
struct RailWorld {
  std::uint32_t nodes = 1000;
  std::uint32_t rails = 16;
  std::uint32_t nodes_per_leaf = 32;
  double slow_nics = 0.001;         ///< share, 5 to 50 % slow
  double slow_nodes = 0.005;        ///< share, 5 to 30 % slow
  double slow_leaf_rails = 0.0005;  ///< share, 8 to 30 % slow
  double sigma_paths = 0.01;
  double transients = 0.01;
};

struct RailCase {
  Fabric fabric;
  std::vector<PairRate> rates;
  std::vector<Element> slow;  ///< what is slow and not hidden by something slower; ascending
};

RailCase simulate(const RailWorld& world, std::size_t rounds, std::uint64_t seed);

/// How many of one kind were convicted rightly, wrongly, and missed.
struct RailScore {
  std::uint64_t found = 0;
  std::uint64_t accused = 0;
  std::uint64_t missed = 0;

  RailScore& operator+=(const RailScore& other);
};
RailScore score(const RailCase& world, const FabricFaults& faults, Kind kind);

}  // namespace plumbline::localisation::testing
