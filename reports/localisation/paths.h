#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plumbline::localisation {

/// What was measured: paths, and the elements that each of them crosses, by number. A path's
/// deviation is log(measured / reference), below 0 if it is slow; its sigma is that of the noise.
class Paths {
 public:
  void reserve(std::size_t paths, std::size_t crossings);
  /// `elements` are different from each other. A deviation that is not finite and a sigma that is
  /// not above 0 are no measurement and throw std::invalid_argument.
  void add(double deviation, double sigma, std::span<const std::uint32_t> elements);

  std::size_t size() const { return deviations_.size(); }
  double deviation(std::size_t path) const { return deviations_[path]; }
  double sigma(std::size_t path) const { return sigmas_[path]; }
  std::span<const std::uint32_t> elements_of(std::size_t path) const {
    return std::span(elements_).subspan(begin_[path], begin_[path + 1] - begin_[path]);
  }

 private:
  std::vector<double> deviations_;
  std::vector<double> sigmas_;
  std::vector<std::size_t> begin_ = {0};
  std::vector<std::uint32_t> elements_;
};

/// The same the other way round: the paths that cross each element, ascending.
class Crossings {
 public:
  Crossings(const Paths& paths, std::size_t elements);

  std::size_t elements() const { return begin_.size() - 1; }
  std::span<const std::uint32_t> paths_of(std::uint32_t element) const {
    return std::span(paths_).subspan(begin_[element], begin_[element + 1] - begin_[element]);
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> paths_;
};

/// The other elements that exactly the paths of `element` cross: no measurement that was made can
/// tell them from it. Ascending.
std::vector<std::uint32_t> indistinguishable(std::uint32_t element, const Paths& paths,
                                             const Crossings& crossings);

}  // namespace plumbline::localisation
