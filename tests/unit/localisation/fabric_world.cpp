#include "tests/unit/localisation/fabric_world.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace plumbline::localisation::testing {
namespace {

double share(std::uint64_t part, std::uint64_t rest) {
  return part + rest == 0 ? 1 : static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

double Score::precision() const { return share(found, accused); }
double Score::recall() const { return share(found, missed); }
double Score::leaf_precision() const { return share(leaves_found, leaves_accused); }

Score& Score::operator+=(const Score& other) {
  found += other.found;
  missed += other.missed;
  accused += other.accused;
  leaves_found += other.leaves_found;
  leaves_missed += other.leaves_missed;
  leaves_accused += other.leaves_accused;
  paths += other.paths;
  return *this;
}

SimulatedFabric::SimulatedFabric(const FabricWorld& world, std::uint64_t seed)
    : world_(world), random_(seed) {
  std::uniform_real_distribution<double> chance(0, 1);
  std::normal_distribution<double> normal;
  for (std::uint32_t node = 0; node < world.nodes; ++node) {
    fabric_.leaf_of.push_back(node / world.nodes_per_leaf);
    node_offset_.push_back(world.sigma_nodes * normal(random_));
    if (chance(random_) >= world.slow_nodes) continue;
    node_offset_.back() += slow_by(world.least_slow, world.most_slow);
    slow_nodes_.insert(node);
  }
  fabric_.leaves = fabric_.leaf_of.back() + 1;
  for (std::uint32_t leaf = 0; leaf < fabric_.leaves; ++leaf) {
    leaf_offset_.push_back(0);
    if (chance(random_) >= world.slow_leaves) continue;
    leaf_offset_.back() = slow_by(0.08, 0.30);
    slow_leaves_.insert(leaf);
  }
}

double SimulatedFabric::slow_by(double least, double most) {
  return std::log1p(-std::uniform_real_distribution<double>(least, most)(random_));
}

double SimulatedFabric::noise() {
  if (!world_.heavy_tails) return std::normal_distribution<double>()(random_);
  return std::student_t_distribution<double>(3)(random_) / std::sqrt(3.0);
}

void SimulatedFabric::measure_rounds(std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<std::uint32_t> order(world_.nodes);
    std::iota(order.begin(), order.end(), 0U);
    const bool within = round == 0 && rounds >= 3;
    for (std::size_t begin = 0; begin < order.size();) {
      const std::size_t end =
          within ? std::min<std::size_t>(begin + world_.nodes_per_leaf, order.size())
                 : order.size();
      std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(begin),
                   order.begin() + static_cast<std::ptrdiff_t>(end), random_);
      begin = end;
    }
    std::vector<NodePair> pairs;
    for (std::size_t i = 1; i < order.size(); i += 2) pairs.emplace_back(order[i - 1], order[i]);
    measure_list(pairs);
  }
}

void SimulatedFabric::measure(const std::vector<std::vector<NodePair>>& lists) {
  for (const auto& pairs : lists) measure_list(pairs);
}

void SimulatedFabric::measure_list(const std::vector<NodePair>& pairs) {
  std::uniform_real_distribution<double> chance(0, 1);
  const double common = world_.sigma_rounds * std::normal_distribution<double>()(random_);
  std::vector<double> congestion(fabric_.leaves, 0);
  for (double& offset : congestion) {
    if (chance(random_) < world_.congested) offset = slow_by(0.08, 0.30);
  }
  for (const auto& [a, b] : pairs) {
    double offset = std::min(node_offset_[a], node_offset_[b]);
    const std::uint32_t leaf_a = fabric_.leaf_of[a];
    const std::uint32_t leaf_b = fabric_.leaf_of[b];
    if (leaf_a != leaf_b) {
      for (const std::uint32_t leaf : {leaf_a, leaf_b}) {
        for (const double slow : {leaf_offset_[leaf], congestion[leaf]}) {
          if (slow < 0) offset = std::min(offset, slow);
        }
      }
    }
    offset += common + world_.sigma_paths * noise();
    if (chance(random_) < world_.transients) {
      offset += std::log(std::uniform_real_distribution<double>(0.70, 0.97)(random_));
    }
    rates_.push_back({a, b, rounds_, 0, 0, 50 * std::exp(offset)});
  }
  ++rounds_;
}

FabricFaults SimulatedFabric::find(const FabricRule& rule) const {
  const KnownClass known{50.0, world_.sigma_paths};
  const PairDeviations deviations = deviations_of(fabric_, rates_, known);
  return find_faults(fabric_, deviations.paths, rule);
}

Score SimulatedFabric::score(const FabricFaults& faults) const {
  Score score;
  score.paths = rates_.size();
  std::set<std::uint32_t> nodes;
  std::set<std::uint32_t> leaves;
  for (const Culprit& culprit : faults.culprits) {
    if (culprit.element.kind == Kind::leaf) leaves.insert(culprit.element.index);
    if (culprit.element.kind == Kind::node && culprit.is_convicted()) {
      nodes.insert(culprit.element.index);
    }
  }
  for (const auto node : nodes) ++(slow_nodes_.contains(node) ? score.found : score.accused);
  score.missed = slow_nodes_.size() - score.found;
  for (const auto leaf : leaves) {
    ++(slow_leaves_.contains(leaf) ? score.leaves_found : score.leaves_accused);
  }
  score.leaves_missed = slow_leaves_.size() - score.leaves_found;
  return score;
}

Score simulate(const FabricWorld& world, std::uint64_t seed, std::size_t rounds,
               std::size_t adaptive, const FabricRule& rule) {
  SimulatedFabric fleet(world, seed);
  fleet.measure_rounds(rounds);
  FabricFaults faults = fleet.find(rule);
  if (adaptive > 0) {
    fleet.measure(next_pairs(fleet.fabric(), faults, seed, adaptive));
    faults = fleet.find(rule);
  }
  return fleet.score(faults);
}

}  // namespace plumbline::localisation::testing
