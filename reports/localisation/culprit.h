#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/names.h"

namespace plumbline::localisation {

/// What can be slow. Of a GPU: both directions, sending or receiving alone; a pair of GPUs; all
/// GPUs of the node (its switches). Of a network: a node, one of its NICs, a leaf's uplinks, these
/// in one round only (congestion), or for one rail.
enum class Kind {
  gpu,
  gpu_sending,
  gpu_receiving,
  gpu_pair,
  all_gpus,
  node,
  nic,
  leaf,
  leaf_round,
  leaf_rail
};
inline constexpr auto kind_names =
    names_of<Kind>("gpu", "gpu_sending", "gpu_receiving", "gpu_pair", "all_gpus", "node", "nic",
                   "leaf", "leaf_round", "leaf_rail");

struct Element {
  Kind kind = Kind::node;
  std::uint32_t index = 0;   ///< which GPU, node or leaf; of a pair the lower one
  std::uint32_t second = 0;  ///< the other GPU of a pair; which NIC, round or rail

  auto operator<=>(const Element&) const = default;
};

/// When a slow element is convicted rather than suspect.
struct Conviction {
  double least_gain = 4.6;  ///< odds of 100 to 1
  double gate = 0.035;      ///< deficit that is tolerated; see resolution.h
  std::size_t rounds = 3;   ///< a leaf is never convicted by fewer rounds across leaves
};

/// An element that explains slow paths.
struct Culprit {
  Element element;
  double deficit = 0;          ///< how much slower than it should be: 0.2 is 20 %
  double gain = 0;             ///< log of the posterior odds
  std::size_t paths = 0;       ///< that cross it and were measured
  std::vector<Element> alike;  ///< others that cross the same paths, or explain nearly as much
  bool is_certain = false;     ///< odds and deficit suffice for a conviction

  /// False: suspect. What explains no more than another is never told from it.
  bool is_convicted() const { return is_certain && alike.empty(); }
};

}  // namespace plumbline::localisation
