#include "suites/schedule/adaptive.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "suites/schedule/random.h"

namespace plumbline::schedule {
namespace {

/// The suspects, whom each has met, and who may still be met.
class Retest {
 public:
  Retest(const Fleet& fleet, const Standing& standing, std::uint64_t seed)
      : fleet_(fleet), seed_(seed) {
    is_suspect_.resize(fleet.size());
    for (const Suspect& suspect : standing.suspects) {
      if (!is_suspect_[suspect.node]) suspects_.push_back({suspect.node, {}});
      is_suspect_[suspect.node] = true;
    }
    std::vector<std::size_t> good_of_leaf(fleet.leaves.size());
    for (const std::size_t node : standing.good) {
      if (is_suspect_[node]) continue;
      good_.push_back(node);
      ++good_of_leaf[fleet.leaf_of[node]];
    }
    is_good_within_leaf_.resize(fleet.size());
    near_.resize(fleet.leaves.size());
    for (const std::size_t node : standing.good_within_leaf) {
      const std::size_t leaf = fleet.leaf_of[node];
      is_good_within_leaf_[node] = true;
      const bool is_slow = 2 * good_of_leaf[leaf] < fleet.leaves[leaf].nodes.size();
      if (is_slow || !is_suspect_[node]) near_[leaf].push_back(node);
    }
  }

  std::size_t good() const { return good_.size(); }

  /// One round for those with the fewest tests, none of them with `tests` already. Without pairs if
  /// there is nobody to test.
  Round next(std::size_t tests) {
    Random random(seed_, {static_cast<std::uint64_t>(RoundKind::suspects), round_++});
    std::vector<Tested*> turn;
    for (Tested& suspect : suspects_) {
      if (suspect.partners.size() < tests) turn.push_back(&suspect);
    }
    std::stable_sort(turn.begin(), turn.end(), [](const Tested* a, const Tested* b) {
      return a->partners.size() < b->partners.size();
    });
    Round round{RoundKind::suspects, {}, {}};
    std::vector<bool> busy(fleet_.size(), false);
    const auto pair = [&](Tested& suspect, std::size_t partner) {
      suspect.partners.push_back(partner);
      round.pairs.push_back({suspect.node, partner});
      busy[suspect.node] = busy[partner] = true;
    };
    for (Tested* suspect : turn) {
      if (busy[suspect->node] || was_in_its_leaf(*suspect)) continue;
      const auto partner = near_partner(suspect->node, busy, random);
      if (!partner) continue;
      pair(*suspect, *partner);
      // A suspect too, below a slow leaf: it need not wait a round for a test of its own.
      if (is_suspect_[*partner]) {
        std::ranges::find(suspects_, *partner, &Tested::node)->partners.push_back(suspect->node);
      }
    }

    std::erase_if(turn, [&](const Tested* suspect) { return busy[suspect->node]; });
    std::vector<std::size_t> partners = good_;
    std::erase_if(partners, [&](std::size_t node) { return busy[node]; });
    if (turn.size() > partners.size()) turn.resize(partners.size());
    random.shuffle(partners);
    choose(turn, partners, random);
    for (std::size_t i = 0; i < turn.size(); ++i) {
      const std::size_t flaw = flaw_of(turn, partners, i);
      if (flaw >= met_before) continue;
      within_leaf_ += flaw;
      pair(*turn[i], partners[i]);
    }
    for (std::size_t node = 0; node < busy.size(); ++node) {
      if (!busy[node]) round.idle.push_back(node);
    }
    return round;
  }

  std::vector<std::size_t> with_fewer_than(std::size_t tests) const {
    std::vector<std::size_t> nodes;
    for (const Tested& suspect : suspects_) {
      if (suspect.partners.size() < tests) nodes.push_back(suspect.node);
    }
    return nodes;
  }

  std::size_t tests_within_leaf() const { return within_leaf_; }

 private:
  struct Tested {
    std::size_t node;
    std::vector<std::size_t> partners;
  };

  bool was_in_its_leaf(const Tested& suspect) const {
    return std::ranges::any_of(suspect.partners, [&](std::size_t partner) {
      return fleet_.leaf_of[partner] == fleet_.leaf_of[suspect.node];
    });
  }

  /// Who is good within the leaf of a node that was not so; one that is no suspect if there is.
  std::optional<std::size_t> near_partner(std::size_t node, const std::vector<bool>& busy,
                                          Random& random) const {
    if (is_good_within_leaf_[node]) return std::nullopt;
    const std::vector<std::size_t>& near = near_[fleet_.leaf_of[node]];
    const std::size_t from = near.empty() ? 0 : random.below(near.size());
    std::optional<std::size_t> suspect;
    for (std::size_t i = 0; i < near.size(); ++i) {
      const std::size_t partner = near[(from + i) % near.size()];
      if (busy[partner]) continue;
      if (!is_suspect_[partner]) return partner;
      if (!suspect) suspect = partner;
    }
    return suspect;
  }

  static constexpr std::size_t met_before = 2;

  /// Of suspect `i` with partner `i`: 0, 1 for one leaf, met_before. Who has no suspect has none.
  std::size_t flaw_of(const std::vector<Tested*>& turn, const std::vector<std::size_t>& partners,
                      std::size_t i) const {
    if (i >= turn.size()) return 0;
    const auto& met = turn[i]->partners;
    if (std::find(met.begin(), met.end(), partners[i]) != met.end()) return met_before;
    return fleet_.leaf_of[turn[i]->node] == fleet_.leaf_of[partners[i]] ? 1 : 0;
  }

  /// Exchanges partners, also with those that have no suspect, until that makes nothing better.
  void choose(const std::vector<Tested*>& turn, std::vector<std::size_t>& partners,
              Random& random) const {
    std::set<std::size_t> exhausted;  // leaves that have no partner in another leaf any more
    const auto improve = [&](std::size_t i) {
      return random.find_below(partners.size(), [&](std::size_t j) {
        if (i == j) return false;
        const std::size_t now = flaw_of(turn, partners, i) + flaw_of(turn, partners, j);
        std::swap(partners[i], partners[j]);
        if (flaw_of(turn, partners, i) + flaw_of(turn, partners, j) < now) return true;
        std::swap(partners[i], partners[j]);
        return false;
      });
    };
    for (bool better = true; better;) {
      better = false;
      for (std::size_t i = 0; i < turn.size(); ++i) {
        const std::size_t flaw = flaw_of(turn, partners, i);
        const std::size_t leaf = fleet_.leaf_of[turn[i]->node];
        if (flaw == 0 || (flaw < met_before && exhausted.contains(leaf))) continue;
        if (improve(i)) {
          better = true;
        } else if (flaw < met_before) {
          exhausted.insert(leaf);
        }
      }
    }
  }

  const Fleet& fleet_;
  std::uint64_t seed_;
  std::uint64_t round_ = 0;
  std::vector<Tested> suspects_;
  std::vector<bool> is_suspect_;
  std::vector<std::size_t> good_;
  std::vector<bool> is_good_within_leaf_;
  std::vector<std::vector<std::size_t>> near_;  ///< of each leaf: good within it
  std::size_t within_leaf_ = 0;
};

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

AdaptiveRounds adaptive_rounds(const Fleet& fleet, const Standing& standing, std::uint64_t seed,
                               std::size_t tests, std::size_t most_rounds) {
  AdaptiveRounds made;
  if (standing.suspects.empty()) return made;
  Retest retest(fleet, standing, seed);
  const std::size_t good = retest.good();
  const std::size_t possible = std::min(tests, good + 1);  // one may be good within the leaf alone
  while (made.rounds.size() < most_rounds) {
    Round round = retest.next(possible);
    if (round.pairs.empty()) break;
    made.rounds.push_back(std::move(round));
  }
  made.incomplete = retest.with_fewer_than(tests);
  if (good == 0 && made.rounds.empty()) {
    made.notes.push_back(fmt::format("no node is known to be good: {} cannot be tested",
                                     counted(standing.suspects.size(), "suspect")));
  } else if (!made.incomplete.empty()) {
    made.notes.push_back(fmt::format(
        "{} cannot be tested {} with different good nodes in {}: {} {} known to be good",
        counted(made.incomplete.size(), "suspect"), counted(tests, "time"),
        counted(made.rounds.size(), "round"), counted(good, "node"), good == 1 ? "is" : "are"));
  }
  if (retest.tests_within_leaf() > 0) {
    made.notes.push_back(
        fmt::format("{} within the suspect's leaf: no good node of another leaf is free",
                    counted(retest.tests_within_leaf(), "test")));
  }
  return made;
}

}  // namespace plumbline::schedule
