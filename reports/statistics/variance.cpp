#include "reports/statistics/variance.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "reports/statistics/median.h"

namespace plumbline {

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (count - 1));
}

std::optional<double> sigma_of_pairs(std::span<const double> differences) {
  if (differences.empty()) return std::nullopt;
  std::vector<double> sizes;
  for (const double difference : differences) sizes.push_back(std::abs(difference));
  return sigma_per_mad * median(std::move(sizes)) / std::numbers::sqrt2;
}

double shrunk_sigma(double observed, double freedom, double prior, double d0) {
  return std::sqrt((d0 * prior * prior + freedom * observed * observed) / (d0 + freedom));
}

double updated_sigma(double observed, double freedom, double prior, double d0) {
  constexpr double beyond_chance = 2.5;
  if (freedom >= 1 && observed > beyond_chance * prior) return observed;
  return shrunk_sigma(observed, freedom, prior, d0);
}

}  // namespace plumbline
