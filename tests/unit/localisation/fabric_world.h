#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "reports/localisation/fabric_culprits.h"
#include "reports/localisation/next_pairs.h"
#include "reports/localisation/pair_deviations.h"

namespace plumbline::localisation::testing {

/// A fleet of known truth: what is slow in it, and how noisy its measurements are.
struct FabricWorld {
  std::uint32_t nodes = 2000;
  std::uint32_t nodes_per_leaf = 32;
  double slow_nodes = 0.01;  ///< share, 5 to 30 % slow
  double least_slow = 0.05;
  double most_slow = 0.30;
  double slow_leaves = 0.002;  ///< share, 8 to 30 % slow
  double congested = 0;        ///< share of leaves in each round, 8 to 30 % slow
  double sigma_nodes = 0.004;  ///< healthy ones differ so much
  double sigma_paths = 0.01;
  double transients = 0.01;  ///< share of paths that are slow once, by 3 to 30 %
  double sigma_rounds = 0.005;
  bool heavy_tails = false;  ///< noise of Student's t with 3 degrees, of the same sigma
};

/// What was found and what was so.
struct Score {
  std::uint64_t found = 0;    ///< convicted and slow
  std::uint64_t missed = 0;   ///< slow and not convicted
  std::uint64_t accused = 0;  ///< convicted and healthy
  std::uint64_t leaves_found = 0;
  std::uint64_t leaves_missed = 0;
  std::uint64_t leaves_accused = 0;
  std::uint64_t paths = 0;

  double precision() const;
  double recall() const;
  double leaf_precision() const;
  Score& operator+=(const Score& other);
};

/// One fleet, and the measurements that are drawn from it.
class SimulatedFabric {
 public:
  SimulatedFabric(const FabricWorld& world, std::uint64_t seed);

  /// Rounds as a plan makes them: from three on one within leaves, the others over all nodes.
  void measure_rounds(std::size_t rounds);
  /// Lists of pairs, each a round of its own.
  void measure(const std::vector<std::vector<NodePair>>& lists);

  const Fabric& fabric() const { return fabric_; }
  const std::vector<PairRate>& rates() const { return rates_; }

  FabricFaults find(const FabricRule& rule = {}) const;
  Score score(const FabricFaults& faults) const;

 private:
  void measure_list(const std::vector<NodePair>& pairs);
  double noise();
  double slow_by(double least, double most);

  FabricWorld world_;
  std::mt19937_64 random_;
  Fabric fabric_;
  std::vector<double> node_offset_;
  std::vector<double> leaf_offset_;
  std::set<std::uint32_t> slow_nodes_;
  std::set<std::uint32_t> slow_leaves_;
  std::vector<PairRate> rates_;
  std::uint32_t rounds_ = 0;
};

/// k rounds, then the pairs that the first result asks for, `adaptive` times.
Score simulate(const FabricWorld& world, std::uint64_t seed, std::size_t rounds,
               std::size_t adaptive, const FabricRule& rule = {});

}  // namespace plumbline::localisation::testing
