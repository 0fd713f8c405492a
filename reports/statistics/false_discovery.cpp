#include "reports/statistics/false_discovery.h"

#include <algorithm>
#include <numeric>

namespace plumbline {
namespace {

std::vector<double> adjusted(std::span<const double> p, double factor) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  std::vector<double> result(p.size());
  double least = 1;
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    least = std::min(least, p[i] * factor / static_cast<double>(rank));
    result[i] = least;
  }
  return result;
}

}  // namespace

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  return adjusted(p, static_cast<double>(p.size()));
}

std::vector<double> benjamini_yekutieli(std::span<const double> p) {
  double harmonic = 0;
  for (std::size_t i = 1; i <= p.size(); ++i) harmonic += 1 / static_cast<double>(i);
  return adjusted(p, static_cast<double>(p.size()) * harmonic);
}

double StreamedDiscoveries::threshold() const {
  std::vector<double> sorted = kept_;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t rank = sorted.size(); rank > 0; --rank) {
    const double share = static_cast<double>(rank) / static_cast<double>(tests_);
    if (sorted[rank - 1] <= q_ * share) return sorted[rank - 1];
  }
  return -1;
}

}  // namespace plumbline
