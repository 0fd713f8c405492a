#include "reports/localisation/fabric_culprits.h"

#include <algorithm>
#include <map>
#include <set>

#include "reports/localisation/culprits.h"

namespace plumbline::localisation {
namespace {

constexpr double beyond_explanation = 3;  // sigma

/// The elements of a fabric, numbered kind after kind.
class FabricNumbers {
 public:
  FabricNumbers(const Fabric& fabric, std::uint32_t rounds, const FabricRule& rule)
      : nodes_(fabric.nodes()), leaves_(fabric.leaves), rails_(fabric.rails), rounds_(rounds) {
    nic_ = nodes_;
    leaf_ = nic_ + (rule.nic ? nodes_ * rails_ : 0);
    leaf_round_ = leaf_ + leaves_;
    leaf_rail_ = leaf_round_ + (rule.leaf_round ? leaves_ * rounds_ : 0);
    count_ = leaf_rail_ + (rule.leaf_rail ? leaves_ * rails_ : 0);
  }

  std::uint32_t node(std::uint32_t i) const { return i; }
  std::uint32_t nic(std::uint32_t node, std::uint32_t rail) const {
    return nic_ + node * rails_ + rail;
  }
  std::uint32_t leaf(std::uint32_t leaf) const { return leaf_ + leaf; }
  std::uint32_t leaf_round(std::uint32_t leaf, std::uint32_t round) const {
    return leaf_round_ + leaf * rounds_ + round;
  }
  std::uint32_t leaf_rail(std::uint32_t leaf, std::uint32_t rail) const {
    return leaf_rail_ + leaf * rails_ + rail;
  }
  std::uint32_t count() const { return count_; }

  Element element(std::uint32_t number) const {
    if (number < nic_) return {Kind::node, number, 0};
    if (number < leaf_) return {Kind::nic, (number - nic_) / rails_, (number - nic_) % rails_};
    if (number < leaf_round_) return {Kind::leaf, number - leaf_, 0};
    if (number < leaf_rail_) {
      const std::uint32_t place = number - leaf_round_;
      return {Kind::leaf_round, place / rounds_, place % rounds_};
    }
    const std::uint32_t place = number - leaf_rail_;
    return {Kind::leaf_rail, place / rails_, place % rails_};
  }

  std::vector<double> prior_odds(const FabricRule& rule) const {
    std::vector<double> odds(count_);
    const auto fill = [&](std::uint32_t begin, std::uint32_t end, double value) {
      std::fill(odds.begin() + begin, odds.begin() + end, value);
    };
    fill(0, nic_, rule.node);
    fill(nic_, leaf_, rule.nic.value_or(0));
    fill(leaf_, leaf_round_, rule.leaf);
    fill(leaf_round_, leaf_rail_, rule.leaf_round.value_or(0));
    fill(leaf_rail_, count_, rule.leaf_rail.value_or(0));
    return odds;
  }

 private:
  std::uint32_t nodes_, leaves_, rails_, rounds_;
  std::uint32_t nic_, leaf_, leaf_round_, leaf_rail_, count_;  ///< where each kind begins
};

class Crossed {
 public:
  Crossed(const Fabric& fabric, const FabricNumbers& numbers, const FabricRule& rule)
      : fabric_(fabric), numbers_(numbers), rule_(rule), nodes_below_(fabric.leaves, 0) {
    for (const std::uint32_t leaf : fabric.leaf_of) ++nodes_below_[leaf];
  }

  std::span<const std::uint32_t> by(const PairPath& path) {
    elements_.clear();
    const bool within = fabric_.leaf_of[path.a] == fabric_.leaf_of[path.b];
    add_end(path.a, path.rail_a, path.round, within);
    add_end(path.b, path.rail_b, path.round, within);
    return elements_;
  }

 private:
  void add_end(std::uint32_t node, std::uint32_t rail, std::uint32_t round, bool within) {
    elements_.push_back(numbers_.node(node));
    if (rule_.nic) elements_.push_back(numbers_.nic(node, rail));
    const std::uint32_t leaf = fabric_.leaf_of[node];
    if (within || nodes_below_[leaf] < 2) return;
    elements_.push_back(numbers_.leaf(leaf));
    if (rule_.leaf_round) elements_.push_back(numbers_.leaf_round(leaf, round));
    if (rule_.leaf_rail) elements_.push_back(numbers_.leaf_rail(leaf, rail));
  }

  const Fabric& fabric_;
  const FabricNumbers& numbers_;
  const FabricRule& rule_;
  std::vector<std::uint32_t> nodes_below_;
  std::vector<std::uint32_t> elements_;
};

void add_node_of(const Element& element, std::vector<std::uint32_t>& nodes) {
  if (element.kind == Kind::node || element.kind == Kind::nic) nodes.push_back(element.index);
}

bool is_of_leaf(Kind kind) { return kind == Kind::leaf || kind == Kind::leaf_rail; }

/// In how many rounds a path crossed each of these elements.
std::map<std::uint32_t, std::size_t> rounds_of(std::span<const Bottleneck> bottlenecks,
                                               std::span<const PairPath> measured,
                                               const Crossings& crossings) {
  std::map<std::uint32_t, std::size_t> rounds;
  for (const Bottleneck& bottleneck : bottlenecks) {
    std::set<std::uint32_t> seen;
    for (const std::uint32_t path : crossings.paths_of(bottleneck.element)) {
      seen.insert(measured[path].round);
    }
    rounds[bottleneck.element] = seen.size();
  }
  return rounds;
}

std::vector<std::uint32_t> ascending(std::vector<std::uint32_t> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

FabricRule rail_rule() {
  FabricRule rule;
  rule.node = 5.3;
  rule.nic = 6.9;
  rule.leaf_round.reset();
  rule.leaf_rail = 8.5;
  rule.peeling.least_gain = 4.6;
  return rule;
}

FabricFaults find_faults(const Fabric& fabric, std::span<const PairPath> measured,
                         const FabricRule& rule) {
  std::uint32_t rounds = 0;
  for (const PairPath& path : measured) rounds = std::max(rounds, path.round + 1);
  const FabricNumbers numbers(fabric, rounds, rule);
  Crossed crossed(fabric, numbers, rule);
  Paths paths;
  paths.reserve(measured.size(), 8 * measured.size());
  for (const PairPath& path : measured) paths.add(path.deviation, path.sigma, crossed.by(path));
  const Crossings crossings(paths, numbers.count());
  const auto bottlenecks =
      find_bottlenecks(paths, crossings, numbers.prior_odds(rule), rule.peeling);

  FabricFaults faults;
  faults.culprits = culprits_of(bottlenecks, paths, crossings, rule.conviction,
                                [&](std::uint32_t number) { return numbers.element(number); });
  std::map<Element, std::size_t> rounds_across;
  for (const auto& [number, count] : rounds_of(bottlenecks, measured, crossings)) {
    rounds_across[numbers.element(number)] = count;
  }
  std::vector<std::uint32_t> suspects;
  for (Culprit& culprit : faults.culprits) {
    const Kind kind = culprit.element.kind;
    add_node_of(culprit.element, suspects);
    for (const Element& other : culprit.alike) add_node_of(other, suspects);
    if (kind == Kind::leaf && culprit.is_certain) {
      faults.slow_leaves.push_back(culprit.element.index);
    }
    if (is_of_leaf(kind) && rounds_across[culprit.element] < rule.conviction.rounds) {
      culprit.is_certain = false;
    }
  }
  faults.explained = explained(paths, crossings, bottlenecks);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (measured[i].deviation - faults.explained[i] < -beyond_explanation * measured[i].sigma) {
      suspects.push_back(measured[i].a);
      suspects.push_back(measured[i].b);
    }
  }
  faults.suspects = ascending(std::move(suspects));
  faults.slow_leaves = ascending(std::move(faults.slow_leaves));
  return faults;
}

}  // namespace plumbline::localisation
