#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace plumbline {

/// Places in the sorted values, counted from 1.
struct OrderRanks {
  std::size_t lower = 0;
  std::size_t upper = 0;

  bool operator==(const OrderRanks&) const = default;
};

struct Interval {
  double low = 0;
  double high = 0;

  bool operator==(const Interval&) const = default;
};

/// The order statistics between which the median of the distribution lies with at least
/// `confidence`, whatever the distribution: l = max{k : 2 P(Bin(n, 1/2) <= k-1) <= 1-confidence}
/// and n+1-l. Nothing if n values are too few (95 % takes 6, 99 % takes 8).
std::optional<OrderRanks> median_ranks(std::size_t n, double confidence);

/// The values at these ranks.
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

}  // namespace plumbline
