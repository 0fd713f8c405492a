#pragma once

#include <functional>
#include <string>
#include <vector>

#include "results/schema/manifest.h"
#include "results/schema/measurement.h"

namespace plumbline::testing {

/// A small fleet whose nodes were measured in pairs, NIC by NIC, as the runner does it: in each of
/// `rounds` rounds each node meets another one, rail i of one rail i + round of the other.
struct PairRun {
  std::size_t nodes = 8;
  std::size_t rails = 4;
  std::size_t nodes_per_leaf = 4;  ///< 0: not known
  std::size_t rounds = 7;          ///< of the circle method: all pairs of 8 nodes
  double rate = 12;                ///< GB/s
  /// What a path carries of that, by the hosts' numbers and the NICs'; 0: it fails.
  std::function<double(std::size_t from, std::size_t from_nic, std::size_t to, std::size_t to_nic,
                       std::size_t round)>
      factor;
};

std::string host_name(std::size_t node);  ///< "node-3"
Manifest manifest_of(const PairRun& run);
std::vector<Measurement> rows_of(const PairRun& run);

}  // namespace plumbline::testing
