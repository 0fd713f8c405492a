#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/baselines/baseline_store.h"
#include "reports/judging/pair_rows.h"
#include "reports/localisation/fabric_culprits.h"
#include "reports/localisation/pair_deviations.h"
#include "results/schema/manifest.h"

namespace plumbline {

/// The nodes of a manifest as numbers, their leaves, and the NICs that their rows name. The number
/// of a NIC is its place among those of its node in the order of their names: equal machines have
/// equal numbers, so that it is the rail. Refers to `rows`.
struct FabricMap {
  FabricMap(const PairRows& rows, const Manifest& manifest);

  std::uint32_t node_of(std::string_view host) const;  ///< nowhere if unknown
  /// Nowhere if no row names it; here and below `host` and `nic` are numbers of the rows.
  std::uint32_t rail_of(std::uint32_t node, std::uint32_t nic) const;
  std::uint32_t node_of(std::uint32_t host) const { return node_of_row_[host]; }
  std::uint32_t rail_named(std::uint32_t node, std::string_view nic) const;
  const std::string& nic_name(std::uint32_t node, std::uint32_t rail) const;

  static constexpr std::uint32_t nowhere = UINT32_MAX;
  localisation::Fabric fabric;
  std::vector<std::string> leaf_names;  ///< empty for a node whose leaf is not known
  std::vector<std::string> above_leaf;  ///< the network nodes above each leaf: "nn-1/nn-22"
  std::vector<std::string> hosts;
  std::vector<std::string> types;  ///< of the nodes

 private:
  const NameNumbers& nic_names_;
  std::unordered_map<std::string, std::uint32_t> nodes_;
  std::vector<std::uint32_t> node_of_row_;
  std::vector<std::vector<std::uint32_t>> nics_;  ///< of each node, in the order of their names
};

/// How often an end of paths was fast, and the slowest path that nothing explains.
struct EndRecord {
  std::uint32_t clean = 0;
  std::uint32_t slow_with = FabricMap::nowhere;  ///< the node at the other end of that path
  double slowest = 0;                            ///< its deviation
};

/// One kind of rate over one type of node, and what makes it slow.
struct FabricGroup {
  std::string name;  ///< "efa.write 16 MiB"
  std::string key;   ///< kind_of_pair_row()
  std::string family;
  std::string instance_type;
  std::string unit;
  bool simulated = false;
  double gate = 0;       ///< smaller deficits are within the differences of healthy nodes
  double least = 0;      ///< larger ones are found
  double tolerance = 0;  ///< deficits that are allowed
  std::size_t paths = 0;
  std::size_t nodes = 0;
  std::size_t rounds = 0;
  localisation::PairDeviations deviations;
  std::vector<float> rates;  ///< as measured, of each path of `deviations`
  localisation::FabricFaults faults;
  std::vector<EndRecord> ends;  ///< of each NIC: node * rails + rail
  std::uint32_t rails = 0;

  const EndRecord& end(std::uint32_t node, std::uint32_t rail) const {
    return ends[std::size_t{node} * rails + rail];
  }
};

/// The numbers of the rounds in the order of their names, whatever the order of the rows: of each
/// that the rows name.
std::vector<std::uint32_t> rounds_by_name(const PairRows& rows);

/// Solves each kind of rate by itself. Rows of hosts that are not in the manifest are left out.
std::vector<FabricGroup> solve_groups(const PairRows& rows, const FabricMap& map,
                                      BaselineStore& baselines);

}  // namespace plumbline
