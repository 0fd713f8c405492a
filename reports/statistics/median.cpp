#include "reports/statistics/median.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plumbline {

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double median_absolute_deviation(std::span<const double> values) {
  std::vector<double> distances(values.begin(), values.end());
  const double centre = median(distances);
  for (double& value : distances) value = std::abs(value - centre);
  return median(std::move(distances));
}

double upper_scale(std::span<const double> values) {
  const double centre = median({values.begin(), values.end()});
  std::vector<double> distances;
  for (const double value : values) {
    if (value > centre) distances.push_back(value - centre);
  }
  return sigma_per_mad * median(std::move(distances));
}

}  // namespace plumbline
