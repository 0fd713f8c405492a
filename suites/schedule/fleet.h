#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/schema/manifest.h"

namespace plumbline::schedule {

/// The nodes below one leaf of the network: they reach each other without an uplink.
struct Leaf {
  std::string name;                ///< its network node; empty: of one node whose leaf is not known
  std::vector<std::size_t> nodes;  ///< indices of Fleet::hosts, ascending
};

/// Who takes part in a schedule, and below which leaf each stands. Nodes are numbered as in the
/// manifest. A node whose leaf is not known counts as a leaf of its own: it meets everyone across
/// leaves, and nobody within one.
struct Fleet {
  std::vector<std::string> hosts;
  std::vector<std::size_t> leaf_of;  ///< of each node: index of `leaves`
  std::vector<Leaf> leaves;          ///< neighbours in the network are neighbours here

  std::size_t size() const { return hosts.size(); }
};

Fleet fleet_of(const Manifest& manifest);

/// The number of each node, by its name.
std::unordered_map<std::string, std::size_t> node_numbers(const Fleet& fleet);

}  // namespace plumbline::schedule
