#include "reports/statistics/order_interval.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "reports/statistics/log_gamma.h"

namespace plumbline {

std::optional<OrderRanks> median_ranks(std::size_t n, double confidence) {
  const double alpha = 1 - confidence;
  const double count = static_cast<double>(n);
  double cumulative = 0;  // P(Bin(n, 1/2) <= lower - 1)
  std::size_t lower = 0;
  while (lower < n) {
    const double k = static_cast<double>(lower);
    cumulative += std::exp(log_gamma(count + 1) - log_gamma(k + 1) - log_gamma(count - k + 1) -
                           count * std::numbers::ln2);
    if (2 * cumulative > alpha) break;
    ++lower;
  }
  if (lower == 0) return std::nullopt;
  return OrderRanks{lower, n + 1 - lower};
}

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  const auto ranks = median_ranks(values.size(), confidence);
  if (!ranks) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return Interval{sorted[ranks->lower - 1], sorted[ranks->upper - 1]};
}

}  // namespace plumbline
