#include "tests/unit/localisation/rail_world.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace plumbline::localisation::testing {
namespace {

/// Numbers each NIC and each rail of a leaf.
std::size_t place(std::uint32_t index, std::uint32_t rail, const RailWorld& world) {
  return static_cast<std::size_t>(index) * world.rails + rail;
}

class Truth {
 public:
  Truth(const RailWorld& world, std::uint32_t leaves, std::mt19937_64& random)
      : world_(world), random_(random) {
    node = draw(world.nodes, world.slow_nodes, 0.30);
    nic = draw(std::size_t{world.nodes} * world.rails, world.slow_nics, 0.50);
    leaf_rail = draw(std::size_t{leaves} * world.rails, world.slow_leaf_rails, 0.30);
  }

  std::vector<Element> slow(const Fabric& fabric) const {
    std::vector<Element> found;
    for (std::uint32_t i = 0; i < world_.nodes; ++i) {
      if (node[i] < 0) found.push_back({Kind::node, i, 0});
      for (std::uint32_t rail = 0; rail < world_.rails; ++rail) {
        const double own = nic[place(i, rail, world_)];
        const double above = std::min(node[i], leaf_rail[place(fabric.leaf_of[i], rail, world_)]);
        if (own < 0 && own < above) found.push_back({Kind::nic, i, rail});
      }
    }
    for (std::uint32_t leaf = 0; leaf < fabric.leaves; ++leaf) {
      for (std::uint32_t rail = 0; rail < world_.rails; ++rail) {
        if (leaf_rail[place(leaf, rail, world_)] < 0)
          found.push_back({Kind::leaf_rail, leaf, rail});
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  std::vector<double> node, nic, leaf_rail;  // offsets

 private:
  std::vector<double> draw(std::size_t count, double share, double most) {
    std::uniform_real_distribution<double> chance(0, 1);
    std::vector<double> offsets(count, 0);
    for (double& offset : offsets) {
      if (chance(random_) < share) {
        offset = std::log1p(-std::uniform_real_distribution<double>(0.05, most)(random_));
      }
    }
    return offsets;
  }

  const RailWorld& world_;
  std::mt19937_64& random_;
};

}  // namespace

RailScore& RailScore::operator+=(const RailScore& other) {
  found += other.found;
  accused += other.accused;
  missed += other.missed;
  return *this;
}

RailCase simulate(const RailWorld& world, std::size_t rounds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  RailCase result;
  for (std::uint32_t i = 0; i < world.nodes; ++i) {
    result.fabric.leaf_of.push_back(i / world.nodes_per_leaf);
  }
  result.fabric.leaves = result.fabric.leaf_of.back() + 1;
  result.fabric.rails = world.rails;
  const Truth truth(world, result.fabric.leaves, random);
  result.slow = truth.slow(result.fabric);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> chance(0, 1);
  std::vector<std::uint32_t> order(world.nodes);
  std::iota(order.begin(), order.end(), 0U);
  result.rates.reserve(rounds * world.nodes / 2 * world.rails);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const std::size_t block = round == 0 ? world.nodes_per_leaf : world.nodes;
    for (std::size_t begin = 0; begin < order.size(); begin += block) {
      std::shuffle(
          order.begin() + static_cast<std::ptrdiff_t>(begin),
          order.begin() + static_cast<std::ptrdiff_t>(std::min(begin + block, order.size())),
          random);
    }
    for (std::size_t i = 1; i < order.size(); i += 2) {
      const std::uint32_t a = order[i - 1];
      const std::uint32_t b = order[i];
      const bool across = result.fabric.leaf_of[a] != result.fabric.leaf_of[b];
      for (std::uint32_t rail = 0; rail < world.rails; ++rail) {
        double offset = 0;
        for (const std::uint32_t end : {a, b}) {
          offset = std::min({offset, truth.node[end], truth.nic[place(end, rail, world)]});
          if (across) {
            offset =
                std::min(offset, truth.leaf_rail[place(result.fabric.leaf_of[end], rail, world)]);
          }
        }
        offset += world.sigma_paths * normal(random);
        if (chance(random) < world.transients) {
          offset += std::log(std::uniform_real_distribution<double>(0.70, 0.97)(random));
        }
        result.rates.push_back({a, b, round, rail, rail, 12.5 * std::exp(offset)});
      }
    }
    std::sort(order.begin(), order.end());
  }
  return result;
}

RailScore score(const RailCase& world, const FabricFaults& faults, Kind kind) {
  RailScore score;
  std::vector<Element> convicted;
  for (const Culprit& culprit : faults.culprits) {
    if (culprit.element.kind == kind && culprit.is_convicted()) {
      convicted.push_back(culprit.element);
    }
  }
  std::sort(convicted.begin(), convicted.end());
  for (const Element& element : convicted) {
    ++(std::ranges::binary_search(world.slow, element) ? score.found : score.accused);
  }
  for (const Element& element : world.slow) {
    if (element.kind == kind && !std::ranges::binary_search(convicted, element)) ++score.missed;
  }
  return score;
}

}  // namespace plumbline::localisation::testing
