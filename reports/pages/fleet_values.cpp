#include "reports/pages/fleet_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plumbline {

double ValueSeries::reference() const {
  if (std::isfinite(expected) && expected != 0) return expected;
  std::vector<float> known;
  known.reserve(values.size());
  for (const float value : values) {
    if (std::isfinite(value)) known.push_back(value);
  }
  if (known.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::ranges::nth_element(known, middle);
  return *middle;
}

}  // namespace plumbline
