#include <algorithm>
#include <numeric>

#include "suites/schedule/leaf_rounds.h"
#include "suites/schedule/random.h"

namespace plumbline::schedule {
namespace {

/// A small fleet can run into a dead end: earlier rounds leave no partners for a later one. It is
/// drawn again so often. A large one needs one attempt.
constexpr std::uint64_t most_attempts = 16;

/// Draws rounds one after the other; knows who has met whom.
class Series {
 public:
  /// `attempt` gives other rounds from the same seed.
  Series(const Fleet& fleet, std::uint64_t seed, std::uint64_t attempt)
      : fleet_(fleet), seed_(seed), attempt_(attempt), met_(fleet.size()), tests_(fleet.size()) {
    const auto largest = std::max_element(
        fleet.leaves.begin(), fleet.leaves.end(),
        [](const Leaf& a, const Leaf& b) { return a.nodes.size() < b.nodes.size(); });
    if (largest != fleet.leaves.end()) largest_ = largest->nodes;
    others_ = fleet.size() - largest_.size();
  }

  Round next() {
    if (round_ % std::max(largest_.size(), others_) == 0) {
      met_.assign(fleet_.size(), {});  // no new partners are left: begin again
    }
    Round best;
    std::size_t fewest_flaws = SIZE_MAX;
    for (std::uint64_t attempt = 0; attempt < most_attempts && fewest_flaws > 0; ++attempt) {
      Random random(seed_, {stream, attempt_, round_, attempt});
      Round drawn = draw(random);
      repair(drawn.pairs, random);
      const std::size_t flaws = std::accumulate(
          drawn.pairs.begin(), drawn.pairs.end(), std::size_t{0},
          [this](std::size_t sum, const Pair& pair) { return sum + flaw(pair.a, pair.b); });
      if (flaws >= fewest_flaws) continue;
      fewest_flaws = flaws;
      best = std::move(drawn);
    }
    ++round_;
    repeats_ += fewest_flaws;
    for (const Pair& pair : best.pairs) {
      ++tests_[pair.a];
      ++tests_[pair.b];
      met_[pair.a].push_back(pair.b);
      met_[pair.b].push_back(pair.a);
    }
    std::sort(best.idle.begin(), best.idle.end());
    return best;
  }

  /// How many pairs of the rounds so far had met before although they need not have.
  std::size_t repeats() const { return repeats_; }

 private:
  static constexpr auto stream = static_cast<std::uint64_t>(RoundKind::across_leaves);
  /// Larger than all pairs that met before can sum up to.
  static constexpr std::size_t same_leaf = std::size_t{1} << 32;

  std::size_t flaw(std::size_t a, std::size_t b) const {
    if (fleet_.leaf_of[a] == fleet_.leaf_of[b]) return same_leaf;
    return std::find(met_[a].begin(), met_[a].end(), b) != met_[a].end() ? 1 : 0;
  }

  /// Everyone who can have a partner in a pair, without a look at who the partner is.
  Round draw(Random& random) const {
    Round round{RoundKind::across_leaves, {}, {}};
    if (largest_.size() > others_) {
      std::vector<std::size_t> many = least_tested_first(largest_, random);
      std::vector<std::size_t> few = outside_largest();
      random.shuffle(few);
      for (std::size_t i = 0; i < few.size(); ++i) round.pairs.push_back({many[i], few[i]});
      round.idle.assign(many.begin() + static_cast<std::ptrdiff_t>(few.size()), many.end());
      return round;
    }
    std::vector<std::size_t> all(fleet_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    if (all.size() % 2 == 1) {
      const std::size_t rests = least_tested_first(all, random).back();
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(rests));
      round.idle.push_back(rests);
    }
    random.shuffle(all);
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
      round.pairs.push_back({all[i], all[i + 1]});
    }
    return round;
  }

  /// Those in the fewest rounds so far first, in random order among equals.
  std::vector<std::size_t> least_tested_first(std::vector<std::size_t> nodes,
                                              Random& random) const {
    random.shuffle(nodes);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [this](std::size_t a, std::size_t b) { return tests_[a] < tests_[b]; });
    return nodes;
  }

  std::vector<std::size_t> outside_largest() const {
    std::vector<std::size_t> nodes;
    for (std::size_t node = 0; node < fleet_.size(); ++node) {
      if (fleet_.leaf_of[node] != fleet_.leaf_of[largest_.front()]) nodes.push_back(node);
    }
    return nodes;
  }

  /// Exchanges partners until no exchange of two pairs makes it better. Two of one leaf X always
  /// find a pair without X to exchange with, since X has at most half of the nodes in pairs.
  void repair(std::vector<Pair>& pairs, Random& random) const {
    for (bool better = true; better;) {
      better = false;
      for (Pair& pair : pairs) {
        if (flaw(pair.a, pair.b) == 0) continue;
        better |= random.find_below(pairs.size(),
                                    [&](std::size_t j) { return exchange(pair, pairs[j]); });
      }
    }
  }

  /// True if the two pairs have fewer flaws afterwards; else they are as they were.
  bool exchange(Pair& one, Pair& other) const {
    if (&one == &other) return false;
    const std::size_t now = flaw(one.a, one.b) + flaw(other.a, other.b);
    if (flaw(one.a, other.b) + flaw(other.a, one.b) < now) {
      std::swap(one.b, other.b);
      return true;
    }
    if (flaw(one.a, other.a) + flaw(one.b, other.b) < now) {
      std::swap(one.b, other.a);
      return true;
    }
    return false;
  }

  const Fleet& fleet_;
  std::uint64_t seed_, attempt_;
  std::uint64_t round_ = 0;
  std::size_t repeats_ = 0;
  std::vector<std::vector<std::size_t>> met_;  ///< of each node its partners so far
  std::vector<std::size_t> tests_;             ///< of each node: in how many rounds it was
  std::vector<std::size_t> largest_;           ///< the nodes of the largest leaf
  std::size_t others_ = 0;                     ///< how many are not in it
};

}  // namespace

std::vector<Round> across_leaves(const Fleet& fleet, std::uint64_t seed, std::size_t rounds) {
  std::vector<Round> best;
  if (fleet.leaves.size() < 2) return best;
  std::size_t fewest_repeats = SIZE_MAX;
  for (std::uint64_t attempt = 0; attempt < most_attempts && fewest_repeats > 0; ++attempt) {
    Series series(fleet, seed, attempt);
    std::vector<Round> drawn;
    for (std::size_t i = 0; i < rounds; ++i) drawn.push_back(series.next());
    if (series.repeats() >= fewest_repeats) continue;
    fewest_repeats = series.repeats();
    best = std::move(drawn);
  }
  return best;
}

}  // namespace plumbline::schedule
