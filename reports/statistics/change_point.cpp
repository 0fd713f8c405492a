#include "reports/statistics/change_point.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/statistics/median.h"

namespace plumbline {
namespace {

/// Sums of distances between and within two groups.
struct Distances {
  double between = 0;
  double within_x = 0;
  double within_y = 0;

  double q(std::size_t x_count, std::size_t y_count) const {
    const double n = static_cast<double>(x_count);
    const double m = static_cast<double>(y_count);
    double sum = 2 * between / (n + m);
    if (x_count > 1) sum -= 2 * m / ((n + m) * (n - 1)) * within_x;
    if (y_count > 1) sum -= 2 * n / ((n + m) * (m - 1)) * within_y;
    return sum;
  }
};

double distance_to_all(double value, std::span<const double> values) {
  double sum = 0;
  for (const double other : values) sum += std::abs(value - other);
  return sum;
}

double distances_within(std::span<const double> values) {
  double sum = 0;
  for (std::size_t i = 1; i < values.size(); ++i)
    sum += distance_to_all(values[i], values.first(i));
  return sum;
}

}  // namespace

double energy_distance(std::span<const double> x, std::span<const double> y) {
  Distances distances;
  for (const double value : x) distances.between += distance_to_all(value, y);
  distances.within_x = distances_within(x);
  distances.within_y = distances_within(y);
  return distances.q(x.size(), y.size());
}

std::optional<ChangePoint> date_change(std::span<const double> series) {
  const std::size_t n = series.size();
  if (n < 2) return std::nullopt;
  // One value after the other changes sides, which changes the sums by its distances alone.
  Distances distances;
  distances.within_y = distances_within(series);
  std::vector<double> q(n, 0);
  for (std::size_t k = 1; k < n; ++k) {
    const double moved = series[k - 1];
    const double to_x = distance_to_all(moved, series.first(k - 1));
    const double to_y = distance_to_all(moved, series.subspan(k));
    distances.within_x += to_x;
    distances.within_y -= to_y;
    distances.between += to_y - to_x;
    q[k] = distances.q(k, n - k);
  }
  ChangePoint change;
  change.index = static_cast<std::size_t>(std::max_element(q.begin() + 1, q.end()) - q.begin());
  change.q = q[change.index];
  change.first = change.last = change.index;
  for (std::size_t k = 1; k < n; ++k) {
    if (q[k] < 0.9 * change.q) continue;
    change.first = std::min(change.first, k);
    change.last = std::max(change.last, k);
  }
  return change;
}

std::optional<Shift> shift_between(std::span<const double> x, std::span<const double> y) {
  if (x.empty() || y.empty()) return std::nullopt;
  std::vector<double> differences;
  differences.reserve(x.size() * y.size());
  for (const double from : x) {
    for (const double to : y) differences.push_back(to - from);
  }
  std::sort(differences.begin(), differences.end());
  constexpr double z = 1.959963984540054;
  const double n = static_cast<double>(x.size());
  const double m = static_cast<double>(y.size());
  const double rank = n * m / 2 - z * std::sqrt(n * m * (n + m + 1) / 12);
  const auto place = static_cast<std::size_t>(std::max(0.0, std::floor(rank)));
  return Shift{median(differences), differences[place],
               differences[differences.size() - 1 - place]};
}

}  // namespace plumbline
