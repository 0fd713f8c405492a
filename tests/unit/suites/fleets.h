#pragma once

#include <string>
#include <vector>

#include "suites/schedule/fleet.h"

namespace plumbline::schedule {

/// A fleet of leaves of these sizes, and behind them `unplaced` nodes without a known leaf. Nodes
/// are numbered leaf by leaf and named n0, n1 ...
inline Fleet fleet_with(const std::vector<std::size_t>& leaf_sizes, std::size_t unplaced = 0) {
  Manifest manifest;
  const auto add = [&manifest](const std::string& leaf) {
    ManifestEntry node;
    node.host = "n" + std::to_string(manifest.size());
    if (!leaf.empty()) {
      node.network_node_1 = "top";
      node.network_node_2 = leaf;
    }
    manifest.push_back(node);
  };
  for (std::size_t i = 0; i < leaf_sizes.size(); ++i) {
    const std::string number = std::to_string(i);
    const std::string leaf = "leaf" + std::string(6 - number.size(), '0') + number;
    for (std::size_t n = 0; n < leaf_sizes[i]; ++n) add(leaf);
  }
  for (std::size_t n = 0; n < unplaced; ++n) add("");
  return fleet_of(manifest);
}

}  // namespace plumbline::schedule
