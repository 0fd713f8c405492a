#include "suites/schedule/adaptive.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "suites/schedule/random.h"

namespace plumbline::schedule {
namespace {

/// The suspects, whom each has met, and who may still be met.
class Retest {
 public:
  Retest(const Fleet& fleet, const Standing& standing, std::uint64_t seed)
      : fleet_(fleet), seed_(seed) {
    std::set<std::size_t> suspected;
    for (const Suspect& suspect : standing.suspects) {
      if (suspected.insert(suspect.node).second) suspects_.push_back({suspect.node, {}});
    }
    for (const std::size_t node : standing.good) {
      if (!suspected.contains(node)) good_.push_back(node);
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
    if (turn.size() > good_.size()) turn.resize(good_.size());
    std::vector<std::size_t> partners = good_;
    random.shuffle(partners);
    choose(turn, partners, random);

    Round round{RoundKind::suspects, {}, {}};
    std::vector<bool> busy(fleet_.size(), false);
    for (std::size_t i = 0; i < turn.size(); ++i) {
      const std::size_t flaw = flaw_of(turn, partners, i);
      if (flaw >= met_before) continue;
      within_leaf_ += flaw;
      turn[i]->partners.push_back(partners[i]);
      round.pairs.push_back({turn[i]->node, partners[i]});
      busy[turn[i]->node] = busy[partners[i]] = true;
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
  std::vector<std::size_t> good_;
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
  const std::size_t possible = std::min(tests, good);
  while (made.rounds.size() < most_rounds) {
    Round round = retest.next(possible);
    if (round.pairs.empty()) break;
    made.rounds.push_back(std::move(round));
  }
  made.incomplete = retest.with_fewer_than(tests);
  if (good == 0) {
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
