#pragma once

#include <cstdint>
#include <vector>

namespace plumbline::localisation {

/// Below which leaf of the network each node stands; nodes and leaves by number. A node whose leaf
/// is not known has a leaf of its own.
struct Fabric {
  std::vector<std::uint32_t> leaf_of;
  std::uint32_t leaves = 0;
  std::uint32_t rails = 0;  ///< NICs of a node at most; 0: paths are between nodes as a whole

  std::uint32_t nodes() const { return static_cast<std::uint32_t>(leaf_of.size()); }
};

/// One measurement between two nodes.
struct PairPath {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t round = 0;   ///< what was measured at the same time
  std::uint32_t rail_a = 0;  ///< which NIC of each
  std::uint32_t rail_b = 0;
  double deviation = 0;  ///< log(measured / reference of its class)
  double sigma = 0;
};

}  // namespace plumbline::localisation
