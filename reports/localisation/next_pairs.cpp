#include "reports/localisation/next_pairs.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>

namespace plumbline::localisation {
namespace {

constexpr std::size_t probes_of_slow_leaf = 8;

class Planner {
 public:
  Planner(const Fabric& fabric, const FabricFaults& faults, std::uint64_t seed)
      : fabric_(fabric),
        random_(seed),
        is_suspect_(fabric.nodes(), false),
        is_slow_(fabric.nodes(), false),
        leaf_is_slow_(fabric.leaves, false),
        nodes_of_(fabric.leaves) {
    for (const std::uint32_t node : faults.suspects) is_suspect_[node] = true;
    for (const std::uint32_t leaf : faults.slow_leaves) leaf_is_slow_[leaf] = true;
    for (const Culprit& culprit : faults.culprits) {
      const Kind kind = culprit.element.kind;
      if (kind == Kind::node || kind == Kind::nic) is_slow_[culprit.element.index] = true;
    }
    for (std::uint32_t node = 0; node < fabric.nodes(); ++node) {
      const std::uint32_t leaf = fabric.leaf_of[node];
      nodes_of_[leaf].push_back(node);
      if (leaf_is_slow_[leaf]) continue;
      if (is_suspect_[node]) suspects_.push_back(node);
      (is_suspect_[node] ? second_best_ : good_).push_back(node);
    }
    std::erase_if(second_best_, [&](std::uint32_t node) { return is_slow_[node]; });
  }

  /// Suspects with good nodes, and each slow leaf within itself.
  std::vector<NodePair> with_good_ones() {
    begin_list();
    std::vector<NodePair> pairs;
    for (std::uint32_t leaf = 0; leaf < fabric_.leaves; ++leaf) {
      if (leaf_is_slow_[leaf]) match_within(leaf, pairs);
    }
    for (const std::uint32_t suspect : suspects_) {
      if (is_taken_[suspect]) continue;
      is_taken_[suspect] = true;
      if (const auto partner = find_partner(suspect)) pairs.emplace_back(suspect, *partner);
    }
    return pairs;
  }

  /// Some nodes of each slow leaf across its uplinks.
  std::vector<NodePair> across_slow_leaves() {
    begin_list();
    std::vector<NodePair> pairs;
    for (std::uint32_t leaf = 0; leaf < fabric_.leaves; ++leaf) {
      if (!leaf_is_slow_[leaf]) continue;
      auto members = nodes_of_[leaf];
      std::erase_if(members, [&](std::uint32_t node) { return is_suspect_[node]; });
      shuffle(members);
      members.resize(std::min(members.size(), probes_of_slow_leaf));
      for (const std::uint32_t member : members) {
        if (const auto partner = find_partner(member)) pairs.emplace_back(member, *partner);
      }
    }
    return pairs;
  }

 private:
  void begin_list() {
    shuffle(good_);
    shuffle(second_best_);
    next_good_ = 0;
    is_taken_.assign(fabric_.nodes(), false);
  }

  void match_within(std::uint32_t leaf, std::vector<NodePair>& pairs) {
    auto members = nodes_of_[leaf];
    shuffle(members);
    for (std::size_t i = 1; i < members.size(); i += 2) {
      pairs.emplace_back(members[i - 1], members[i]);
    }
  }

  /// The next good node of another leaf, else of the same leaf, else one that was not found slow.
  std::optional<std::uint32_t> find_partner(std::uint32_t node) {
    const auto take = [&](std::uint32_t partner) {
      is_taken_[partner] = true;
      met_.insert(std::minmax(node, partner));
      return partner;
    };
    const auto is_free = [&](std::uint32_t partner) {
      return partner != node && !is_taken_[partner] && !met_.contains(std::minmax(node, partner));
    };
    while (next_good_ < good_.size() && is_taken_[good_[next_good_]]) ++next_good_;
    for (const bool other_leaf : {true, false}) {
      for (std::size_t i = next_good_; i < good_.size(); ++i) {
        const bool is_other = fabric_.leaf_of[good_[i]] != fabric_.leaf_of[node];
        if (is_other == other_leaf && is_free(good_[i])) return take(good_[i]);
      }
    }
    for (const std::uint32_t partner : second_best_) {
      if (is_free(partner)) return take(partner);
    }
    return std::nullopt;
  }

  void shuffle(std::vector<std::uint32_t>& values) {  // the same on every platform
    for (std::size_t left = values.size(); left > 1; --left) {
      std::swap(values[left - 1], values[random_() % left]);
    }
  }

  const Fabric& fabric_;
  std::mt19937_64 random_;
  std::vector<bool> is_suspect_, is_slow_, leaf_is_slow_;
  std::vector<std::vector<std::uint32_t>> nodes_of_;  ///< of each leaf
  std::vector<std::uint32_t> suspects_;               ///< not below a slow leaf
  std::vector<std::uint32_t> good_;
  std::vector<std::uint32_t> second_best_;  ///< suspects that were not found slow themselves
  std::size_t next_good_ = 0;
  std::vector<bool> is_taken_;  ///< in the list that is being made
  std::set<NodePair> met_;      ///< in this plan
};

}  // namespace

std::vector<std::vector<NodePair>> next_pairs(const Fabric& fabric, const FabricFaults& faults,
                                              std::uint64_t seed, std::size_t times) {
  Planner planner(fabric, faults, seed);
  std::vector<std::vector<NodePair>> lists;
  for (std::size_t i = 0; i < times; ++i) {
    for (auto pairs : {planner.with_good_ones(), planner.across_slow_leaves()}) {
      if (!pairs.empty()) lists.push_back(std::move(pairs));
    }
  }
  return lists;
}

}  // namespace plumbline::localisation
