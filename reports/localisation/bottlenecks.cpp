#include "reports/localisation/bottlenecks.h"

#include <algorithm>
#include <limits>
#include <map>
#include <queue>
#include <stdexcept>
#include <tuple>

namespace plumbline::localisation {
namespace {

constexpr std::size_t few_paths = 24;  // up to so many, every mean of neighbours is tried
constexpr std::size_t quantiles = 20;
constexpr double same_gain = 1e-9;

/// One path as one of its elements sees it.
struct Term {
  double deviation = 0;
  double others = 0;  ///< what the other elements of the path make of it
  double weight = 0;  ///< 1 / 2 sigma^2

  auto operator<=>(const Term&) const = default;
};

struct Fit {
  double gain = 0;
  double offset = 0;
};

class Peeling {
 public:
  Peeling(const Paths& paths, const Crossings& crossings, std::span<const double> prior_odds,
          const PeelingRule& rule)
      : paths_(paths),
        crossings_(crossings),
        prior_odds_(prior_odds),
        rule_(rule),
        offsets_(crossings.elements(), 0),
        lowest_(paths.size(), 0) {}

  std::vector<Bottleneck> run() {
    select();
    for (int pass = 0; pass < 2; ++pass) ask_again();
    std::vector<Bottleneck> found;
    for (const std::uint32_t element : selected_) {
      if (offsets_[element] >= 0) continue;
      const double gain = gain_of(element, offsets_[element]);
      found.push_back({element, offsets_[element], gain, rivals_of(element, gain)});
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.element < b.element; });
    return found;
  }

 private:
  struct Candidate {
    double gain = 0;
    std::uint32_t element = 0;

    bool operator<(const Candidate& other) const {  // the greatest comes first out of the heap
      return std::tuple(gain, other.element) < std::tuple(other.gain, element);
    }
  };

  void select() {
    std::priority_queue<Candidate> heap;
    for (std::uint32_t element = 0; element < crossings_.elements(); ++element) {
      const Fit fit = best_fit(element);
      if (fit.gain > rule_.least_gain) heap.push({fit.gain, element});
    }
    while (!heap.empty()) {
      const std::uint32_t element = heap.top().element;
      heap.pop();
      const Fit fit = best_fit(element);
      if (fit.gain <= rule_.least_gain) continue;
      if (!heap.empty() && fit.gain < heap.top().gain - same_gain) {
        heap.push({fit.gain, element});
        continue;
      }
      set_offset(element, fit.offset);
      selected_.push_back(element);
    }
  }

  void ask_again() {
    for (const std::uint32_t element : selected_) {
      if (offsets_[element] >= 0) continue;
      const Fit fit = best_fit(element);
      set_offset(element, fit.gain > rule_.least_gain ? fit.offset : 0);
    }
  }

  /// -infinity and 0 if no path suggests an offset.
  Fit best_fit(std::uint32_t element) {
    Fit best{-std::numeric_limits<double>::infinity(), 0};
    const auto all = crossings_.paths_of(element);
    const auto slow = static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](std::uint32_t path) { return is_slow(path); }));
    // The lowest quantile that would be tried is not slow: most elements end here.
    if (slow <= (all.size() > few_paths ? all.size() / quantiles : 0)) return best;
    gather(element);
    find_candidates();
    for (const double offset : candidates_) {
      const double gain = explained_by(offset) - prior_odds_[element];
      if (gain > best.gain) best = {gain, offset};
    }
    return best;
  }

  double gain_of(std::uint32_t element, double offset) {
    gather(element);
    return explained_by(offset) - prior_odds_[element];
  }

  /// Below a slow leaf a node is hidden on most of its paths: what is left may be its partner's.
  std::vector<std::uint32_t> rivals_of(std::uint32_t element, double gain) {
    const double offset = offsets_[element];
    set_offset(element, 0);
    std::map<std::uint32_t, double> shares;  // of what the element explains, by who crosses it too
    double all = 0;
    for (const std::uint32_t path : crossings_.paths_of(element)) {
      const double explained = explained_on(term_of(path, lowest_[path]), offset);
      if (explained <= 0) continue;
      all += explained;
      for (const std::uint32_t other : paths_.elements_of(path)) shares[other] += explained;
    }
    std::vector<std::uint32_t> rivals;
    for (const auto& [other, share] : shares) {
      // One that was found slow explains other paths.
      if (other == element || offsets_[other] < 0) continue;
      if (all - share > rule_.told_apart + prior_odds_[element]) continue;
      if (best_fit(other).gain > gain - rule_.told_apart) rivals.push_back(other);
    }
    set_offset(element, offset);
    return rivals;
  }

  bool is_slow(std::uint32_t path) const { return paths_.deviation(path) < -rule_.least_offset; }

  /// Sorted, so that sums do not depend on the order of the paths.
  void gather(std::uint32_t element) {
    terms_.clear();
    for (const std::uint32_t path : crossings_.paths_of(element)) {
      terms_.push_back(term_of(path, lowest_without(element, path)));
    }
    std::sort(terms_.begin(), terms_.end());
  }

  Term term_of(std::uint32_t path, double others) const {
    const double sigma = paths_.sigma(path);
    return {paths_.deviation(path), others, 0.5 / (sigma * sigma)};
  }

  double lowest_without(std::uint32_t element, std::uint32_t path) const {
    if (offsets_[element] >= 0) return lowest_[path];
    double lowest = 0;
    for (const std::uint32_t other : paths_.elements_of(path)) {
      if (other != element) lowest = std::min(lowest, offsets_[other]);
    }
    return lowest;
  }

  /// Offsets that may fit best: of few paths each slow one and the means of the slowest and of the
  /// least slow ones, of many paths quantiles.
  void find_candidates() {
    candidates_.clear();
    if (terms_.size() > few_paths) {
      for (std::size_t i = 1; i < quantiles; ++i) {
        const double value = terms_[terms_.size() * i / quantiles].deviation;
        if (value < -rule_.least_offset) candidates_.push_back(value);
      }
      return;
    }
    for (const Term& term : terms_) {
      if (term.deviation < -rule_.least_offset) candidates_.push_back(term.deviation);
    }
    const std::size_t slow = candidates_.size();
    double slowest = 0;
    double least_slow = 0;
    for (std::size_t i = 0; i < slow; ++i) {
      slowest += candidates_[i];
      least_slow += candidates_[slow - 1 - i];
      const double count = static_cast<double>(i + 1);
      candidates_.push_back(slowest / count);
      candidates_.push_back(least_slow / count);
    }
  }

  double explained_by(double offset) const {
    double sum = 0;
    for (const Term& term : terms_) sum += explained_on(term, offset);
    return sum;
  }

  double explained_on(const Term& term, double offset) const {
    if (offset >= term.others) return 0;
    return cost(term.deviation - term.others, term.weight) -
           cost(term.deviation - offset, term.weight);
  }

  double cost(double residual, double weight) const {
    return std::min(residual * residual * weight, rule_.most_per_path);
  }

  void set_offset(std::uint32_t element, double offset) {
    offsets_[element] = offset;
    for (const std::uint32_t path : crossings_.paths_of(element)) {
      double lowest = 0;
      for (const std::uint32_t other : paths_.elements_of(path)) {
        lowest = std::min(lowest, offsets_[other]);
      }
      lowest_[path] = lowest;
    }
  }

  const Paths& paths_;
  const Crossings& crossings_;
  const std::span<const double> prior_odds_;
  const PeelingRule rule_;
  std::vector<double> offsets_;          ///< of each element; 0: not slow
  std::vector<double> lowest_;           ///< of each path: the lowest offset that it crosses
  std::vector<std::uint32_t> selected_;  ///< in the order of their selection
  std::vector<Term> terms_;              ///< of the element that is looked at
  std::vector<double> candidates_;
};

}  // namespace

std::vector<Bottleneck> find_bottlenecks(const Paths& paths, const Crossings& crossings,
                                         std::span<const double> prior_odds,
                                         const PeelingRule& rule) {
  if (prior_odds.size() != crossings.elements()) {
    throw std::invalid_argument("each element needs prior odds");
  }
  return Peeling(paths, crossings, prior_odds, rule).run();
}

std::vector<double> explained(const Paths& paths, const Crossings& crossings,
                              std::span<const Bottleneck> bottlenecks) {
  std::vector<double> lowest(paths.size(), 0);
  for (const Bottleneck& bottleneck : bottlenecks) {
    for (const std::uint32_t path : crossings.paths_of(bottleneck.element)) {
      lowest[path] = std::min(lowest[path], bottleneck.offset);
    }
  }
  return lowest;
}

}  // namespace plumbline::localisation
