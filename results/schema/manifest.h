#pragma once

#include <string>
#include <vector>

#include "results/schema/csv_file.h"

namespace plumbline {

/// A node that should be there: one line of manifest.csv. The manifest is the denominator of every
/// verdict: a node in it without results is never accepted.
struct ManifestEntry {
  std::string host;
  std::string instance_type;
  std::string instance_id;
  std::string az;
  std::string network_node_1;  ///< EC2 DescribeInstanceTopology, from the top of the network down
  std::string network_node_2;
  std::string network_node_3;
  std::string network_node_4;

  bool operator==(const ManifestEntry&) const = default;
};

using Manifest = std::vector<ManifestEntry>;

extern template ReadReport read_csv<ManifestEntry>(const std::filesystem::path&,
                                                   const std::function<void(const ManifestEntry&)>&,
                                                   BadRows);

}  // namespace plumbline
