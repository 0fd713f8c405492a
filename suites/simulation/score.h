#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "suites/simulation/closed_loop.h"

namespace plumbline::simulation {

/// What was named against what is so.
struct Hits {
  std::uint64_t true_ones = 0;   ///< there are
  std::uint64_t found = 0;       ///< of these named
  std::uint64_t false_ones = 0;  ///< named, and not so

  /// Of what was named, how much is so; nothing if nothing was named.
  std::optional<double> precision() const;
  /// Of what is so, how much was named; nothing if nothing is so.
  std::optional<double> recall() const;
};

/// Verdicts and intervals of timed values against the true values.
struct ValueScore {
  std::uint64_t within_limits = 0;  ///< true values
  std::uint64_t beyond_limits = 0;
  std::uint64_t false_fail = 0;  ///< FAIL although within
  std::uint64_t false_pass = 0;  ///< PASS or WARN although beyond
  std::uint64_t straddling = 0;  ///< PASS or FAIL although the interval has the limit inside
  std::uint64_t intervals = 0;
  std::uint64_t covering = 0;        ///< intervals that have the true value inside
  std::uint64_t healthy_series = 0;  ///< of nodes without fault
  std::uint64_t healthy_runs = 0;    ///< behind these
};

/// The findings of a run held against its truth.
struct Score {
  int exit_code = 0;
  std::uint64_t nodes = 0;
  std::uint64_t healthy_nodes = 0;  ///< without any fault
  std::uint64_t healthy_rejected = 0;
  std::uint64_t unacceptable_nodes = 0;  ///< that may not be accepted
  std::uint64_t unacceptable_accepted = 0;
  std::uint64_t accepted = 0, rejected = 0, incomplete = 0;
  Hits network_nodes, nics, leaves, leaf_rails;
  std::uint64_t network_nodes_healthy_accused = 0;
  std::uint64_t gpu_matrices = 0;        ///< of nodes with a fault of their NVLinks, not of a pair
  std::uint64_t gpu_matrices_exact = 0;  ///< of which exactly the culprit was named
  std::uint64_t gpu_pairs = 0, gpu_pairs_exact = 0;
  std::uint64_t gpu_healthy = 0, gpu_healthy_accused = 0;
  Hits outliers;                    ///< slower than is tolerated, found by whatever rule
  std::uint64_t outlier_fails = 0;  ///< FAIL by comparison with other nodes
  ValueScore values;
};

/// Reads findings.csv and nodes.csv of the run.
Score score_run(const SimulatedFleet& fleet, const RunDirectory& directory, std::uint64_t run,
                int exit_code);

}  // namespace plumbline::simulation
