#include "reports/localisation/paths.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace plumbline::localisation {

void Paths::reserve(std::size_t paths, std::size_t crossings) {
  deviations_.reserve(paths);
  sigmas_.reserve(paths);
  begin_.reserve(paths + 1);
  elements_.reserve(crossings);
}

void Paths::add(double deviation, double sigma, std::span<const std::uint32_t> elements) {
  if (!std::isfinite(deviation) || !std::isfinite(sigma) || sigma <= 0) {
    throw std::invalid_argument("a path without a finite deviation and a sigma above 0");
  }
  deviations_.push_back(deviation);
  sigmas_.push_back(sigma);
  elements_.insert(elements_.end(), elements.begin(), elements.end());
  begin_.push_back(elements_.size());
}

Crossings::Crossings(const Paths& paths, std::size_t elements) : begin_(elements + 1, 0) {
  std::size_t crossings = 0;
  for (std::size_t path = 0; path < paths.size(); ++path) {
    for (const std::uint32_t element : paths.elements_of(path)) ++begin_[element + 1];
    crossings += paths.elements_of(path).size();
  }
  for (std::size_t i = 0; i < elements; ++i) begin_[i + 1] += begin_[i];
  paths_.resize(crossings);
  std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
  for (std::size_t path = 0; path < paths.size(); ++path) {
    for (const std::uint32_t element : paths.elements_of(path)) {
      paths_[next[element]++] = static_cast<std::uint32_t>(path);
    }
  }
}

std::vector<std::uint32_t> indistinguishable(std::uint32_t element, const Paths& paths,
                                             const Crossings& crossings) {
  std::vector<std::uint32_t> found;
  const auto own = crossings.paths_of(element);
  if (own.empty()) return found;
  for (const std::uint32_t other : paths.elements_of(own.front())) {
    if (other != element && std::ranges::equal(crossings.paths_of(other), own)) {
      found.push_back(other);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace plumbline::localisation
