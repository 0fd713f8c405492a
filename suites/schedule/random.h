#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace plumbline::schedule {

/// Random numbers that are the same on every platform, compiler and library: splitmix64 (Steele,
/// Lea, Flood 2014). A schedule can be made again from the seed that its run wrote down.
class Random {
 public:
  /// `stream` keeps apart what is drawn from one seed: a kind of round, a leaf, a round.
  Random(std::uint64_t seed, std::initializer_list<std::uint64_t> stream);

  std::uint64_t next();

  /// A number below `bound`, each as likely as the others. `bound` is not 0.
  std::size_t below(std::size_t bound);

  /// True as soon as `accepts` takes a number below `count`. Asks it about random ones first, so
  /// that what is not rare is found at once wherever it lies, and then about all of them.
  template <class Accepts>
  bool find_below(std::size_t count, Accepts accepts) {
    for (std::size_t i = 0; i < 2 * count; ++i) {
      if (accepts(below(count))) return true;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (accepts(i)) return true;
    }
    return false;
  }

  /// Every order as likely as the others (Fisher and Yates).
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t left = values.size(); left > 1; --left) {
      std::swap(values[left - 1], values[below(left)]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace plumbline::schedule
