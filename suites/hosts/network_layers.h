#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/schema/manifest.h"

namespace plumbline {

/// As many layers of network nodes as a manifest has columns for. How many an instance has depends
/// on its type: three on p4d and p5, four on p6.
inline constexpr std::size_t most_layers = 4;

/// Where a node stands in the network: its network nodes from the top down to its leaf. Empty if
/// that is not known.
std::vector<std::string> network_path(const ManifestEntry& node);

/// `path` has at most `most_layers` entries.
void set_network_path(const std::vector<std::string>& path, ManifestEntry& node);

/// Sentences about network nodes that cannot be in a tree from the top down: those that lie below
/// two others. Throws std::invalid_argument if the layers come from the bottom up, that is if the
/// first one has more network nodes than the last.
std::vector<std::string> check_layers(const Manifest& nodes);

}  // namespace plumbline
