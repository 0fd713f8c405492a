#include "reports/comparison/change.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/statistics/change_point.h"
#include "reports/statistics/distribution.h"
#include "reports/statistics/median.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

double of_median(std::size_t n) {
  return (n >= 3 ? rule::median_of_runs : 1) / std::sqrt(static_cast<double>(n));
}

std::vector<double> logarithms(std::span<const RunValue> runs) {
  std::vector<double> values;
  for (const RunValue& run : runs) values.push_back(std::log(run.value));
  std::sort(values.begin(), values.end());
  return values;
}

double sum_of_squares(std::span<const double> values) {
  const double deviation = standard_deviation(values);
  return deviation * deviation * static_cast<double>(values.size() - 1);
}

}  // namespace

double Change::p_of(double of_shift) const {
  if (error <= 0) return of_shift == 0 ? 1 : 0;
  return std::erfc(std::abs(of_shift) / error / std::sqrt(2.0));
}

Change change_of_series(std::span<const RunValue> before, std::span<const RunValue> after,
                        double spread) {
  const auto x = logarithms(before);
  const auto y = logarithms(after);
  const double freedom = static_cast<double>(x.size() + y.size()) - 2;
  const double observed =
      freedom > 0 ? std::sqrt((sum_of_squares(x) + sum_of_squares(y)) / freedom) : 0;
  const double between =
      std::max(spread, updated_sigma(observed, freedom, spread, rule::prior_runs));
  double within = 0;
  for (const auto* side : {&before, &after}) {
    for (const RunValue& run : *side) within += run.variance_within;
  }
  within /= static_cast<double>(x.size() + y.size());
  const double sigma = std::sqrt(between * between + within);
  Change change;
  change.before = std::exp(median(x));
  change.after = std::exp(median(y));
  change.shift = median(y) - median(x);
  change.error = sigma * std::hypot(of_median(x.size()), of_median(y.size()));
  return change;
}

Change change_of_hosts(std::span<const Change> hosts) {
  std::vector<double> shifts, before, after;
  double variance = 0;
  for (const Change& host : hosts) {
    shifts.push_back(host.shift);
    before.push_back(host.before);
    after.push_back(host.after);
    variance += host.error * host.error / static_cast<double>(hosts.size());
  }
  const double differ = sigma_per_mad * median_absolute_deviation(shifts);
  Change change;
  change.before = median(std::move(before));
  change.after = median(std::move(after));
  change.error = std::max(std::sqrt(variance), differ) * of_median(hosts.size());
  change.shift = median(std::move(shifts));
  return change;
}

Change change_of_fleets(std::span<const double> before, std::span<const double> after,
                        double sigma) {
  // All pairs of two large fleets are too many; their distributions say as much.
  constexpr std::size_t most = 500;
  const auto thinned = [](std::span<const double> values) {
    std::vector<double> copy(values.begin(), values.end());
    return copy.size() > most ? quantile_grid(std::move(copy), most) : copy;
  };
  const auto shift = shift_between(thinned(before), thinned(after));
  constexpr double half_width_95 = 1.959963984540054;
  const double counted = (shift->high - shift->low) / 2 / half_width_95;
  const double least = sigma * std::sqrt(1 / static_cast<double>(before.size()) +
                                         1 / static_cast<double>(after.size()));
  Change change;
  change.before = std::exp(median({before.begin(), before.end()}));
  change.after = std::exp(median({after.begin(), after.end()}));
  change.shift = shift->shift;
  change.error = std::max(counted, least);
  return change;
}

ChangeVerdict verdict_of(const Change& change, Better better, bool significant) {
  if (significant && std::abs(change.shift) >= comparison::least) {
    const bool is_more = change.shift > 0;
    return is_more == (better == Better::higher) ? ChangeVerdict::better : ChangeVerdict::worse;
  }
  const double reach = std::abs(change.shift) + comparison::confidence_z * change.error;
  return reach <= comparison::seen ? ChangeVerdict::same : ChangeVerdict::unclear;
}

}  // namespace plumbline
