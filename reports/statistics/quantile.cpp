#include "reports/statistics/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plumbline {
namespace {

/// Where a quantile lies among n sorted values: behind the value `lower` by `share` of the way.
struct Place {
  std::ptrdiff_t lower = 0;
  double share = 0;
};

Place place_of(std::size_t n, double p) {
  const double place = static_cast<double>(n - 1) * std::clamp(p, 0.0, 1.0);
  return {static_cast<std::ptrdiff_t>(place), place - std::floor(place)};
}

/// Of values of which those before `from` are known to be the lowest.
template <class Iterator>
double find_quantile(Iterator begin, Iterator from, Iterator end, const Place& place) {
  const Iterator lower = begin + place.lower;
  std::nth_element(from, lower, end);
  const double low = *lower;
  if (place.share == 0) return low;
  return low + place.share * (static_cast<double>(*std::min_element(lower + 1, end)) - low);
}

}  // namespace

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return find_quantile(values.begin(), values.begin(), values.end(), place_of(values.size(), p));
}

std::vector<double> quantiles(std::span<float> values, std::span<const double> p) {
  std::vector<double> found;
  auto from = values.begin();
  for (const double each : p) {
    if (values.empty()) {
      found.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const Place place = place_of(values.size(), each);
    found.push_back(find_quantile(values.begin(), from, values.end(), place));
    from = std::max(from, values.begin() + place.lower);
  }
  return found;
}

bool QuantileCollector::add(double value) {
  if (!std::isfinite(value) || value <= 0) return false;
  if (!is_exact()) return histogram_.add(value);
  if ((values_.size() + 1) * sizeof(float) > budget_) {
    for (const float kept : values_) histogram_.add(static_cast<double>(kept));
    values_ = {};
    return histogram_.add(value);
  }
  if (values_.size() == values_.capacity()) {
    const std::size_t most = budget_ / sizeof(float);
    values_.reserve(std::min(most, std::max<std::size_t>(1024, 2 * values_.capacity())));
  }
  values_.push_back(static_cast<float>(value));
  return true;
}

std::vector<double> QuantileCollector::quantiles(std::span<const double> p) {
  if (is_exact()) return plumbline::quantiles(values_, p);
  std::vector<double> found;
  for (const double each : p) found.push_back(histogram_.quantile(each));
  return found;
}

}  // namespace plumbline
