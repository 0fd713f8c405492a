#include "suites/schedule/fleet.h"

#include <map>

#include "suites/hosts/network_layers.h"

namespace plumbline::schedule {

Fleet fleet_of(const Manifest& manifest) {
  Fleet fleet;
  std::map<std::vector<std::string>, std::size_t> leaf_at;  // by the whole path: network order
  std::vector<std::vector<std::string>> paths;
  for (const ManifestEntry& node : manifest) {
    fleet.hosts.push_back(node.host);
    paths.push_back(network_path(node));
    if (!paths.back().empty()) leaf_at.try_emplace(paths.back());
  }
  for (auto& [path, index] : leaf_at) {
    index = fleet.leaves.size();
    fleet.leaves.push_back({path.back(), {}});
  }
  for (std::size_t node = 0; node < paths.size(); ++node) {
    std::size_t leaf = fleet.leaves.size();
    if (paths[node].empty()) {
      fleet.leaves.emplace_back();
    } else {
      leaf = leaf_at.at(paths[node]);
    }
    fleet.leaf_of.push_back(leaf);
    fleet.leaves[leaf].nodes.push_back(node);
  }
  return fleet;
}

std::unordered_map<std::string, std::size_t> node_numbers(const Fleet& fleet) {
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t node = 0; node < fleet.size(); ++node) numbers.emplace(fleet.hosts[node], node);
  return numbers;
}

}  // namespace plumbline::schedule
