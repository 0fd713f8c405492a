#include "suites/hosts/network_layers.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>
#include <stdexcept>

namespace plumbline {
namespace {

constexpr std::array<std::string ManifestEntry::*, most_layers> columns = {
    &ManifestEntry::network_node_1, &ManifestEntry::network_node_2, &ManifestEntry::network_node_3,
    &ManifestEntry::network_node_4};

/// Nodes with as many layers are compared: types differ in how many they have.
void refuse_reverse_order(const std::vector<std::vector<std::string>>& paths) {
  std::map<std::size_t, std::pair<std::set<std::string>, std::set<std::string>>> ends;
  for (const auto& path : paths) {
    if (path.size() < 2) continue;
    ends[path.size()].first.insert(path.front());
    ends[path.size()].second.insert(path.back());
  }
  for (const auto& [layers, first_and_last] : ends) {
    const auto& [first, last] = first_and_last;
    if (first.size() <= last.size()) continue;
    throw std::invalid_argument(fmt::format(
        "the first of {} layers has {} network nodes and the last {}, expected them from the top "
        "of the network down, the most in the last layer",
        layers, first.size(), last.size()));
  }
}

}  // namespace

std::vector<std::string> network_path(const ManifestEntry& node) {
  std::vector<std::string> path;
  for (const auto column : columns) {
    if (!(node.*column).empty()) path.push_back(node.*column);
  }
  return path;
}

void set_network_path(const std::vector<std::string>& path, ManifestEntry& node) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    node.*columns[i] = i < path.size() ? path[i] : std::string();
  }
}

std::vector<std::string> check_layers(const Manifest& nodes) {
  std::vector<std::vector<std::string>> paths;
  for (const ManifestEntry& node : nodes) paths.push_back(network_path(node));
  refuse_reverse_order(paths);
  std::map<std::string, std::set<std::string>> above;
  for (const auto& path : paths) {
    for (std::size_t i = 1; i < path.size(); ++i) above[path[i]].insert(path[i - 1]);
  }
  std::vector<std::string> sentences;
  for (const auto& [node, parents] : above) {
    if (parents.size() == 1) continue;
    sentences.push_back(fmt::format("network node {} lies below {}, expected one above it", node,
                                    fmt::join(parents, " and ")));
  }
  return sentences;
}

}  // namespace plumbline
