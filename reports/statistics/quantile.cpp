#include "reports/statistics/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plumbline {

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = static_cast<double>(values.size() - 1) * std::clamp(p, 0.0, 1.0);
  const auto lower = values.begin() + static_cast<std::ptrdiff_t>(std::floor(place));
  std::nth_element(values.begin(), lower, values.end());
  const double share = place - std::floor(place);
  if (share == 0) return *lower;
  const double above = *std::min_element(lower + 1, values.end());
  return *lower + share * (above - *lower);
}

}  // namespace plumbline
