#include "reports/statistics/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/statistics/median.h"

namespace plumbline {

std::vector<double> quantile_grid(std::vector<double> values, std::size_t points) {
  if (values.empty()) return {};
  QuantileGrids one(points);
  one.add(values);
  return {one[0].begin(), one[0].end()};
}

void QuantileGrids::add(std::span<double> values) {
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < points_; ++i) {  // at (i + 1/2) / points, so that no end stands out
    const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(points_);
    const double place = p * static_cast<double>(values.size() - 1);
    const auto lower = static_cast<std::size_t>(place);
    const std::size_t upper = std::min(lower + 1, values.size() - 1);
    const double share = place - static_cast<double>(lower);
    values_.push_back(values[lower] + share * (values[upper] - values[lower]));
  }
}

std::vector<double> middle_distribution(const QuantileGrids& grids) {
  std::vector<double> middle;
  if (grids.size() == 0) return middle;
  std::vector<double> column(grids.size());
  for (std::size_t point = 0; point < grids.points(); ++point) {
    for (std::size_t i = 0; i < grids.size(); ++i) column[i] = grids[i][point];
    middle.push_back(median(column));
  }
  return middle;
}

double shortfall(std::span<const double> grid, std::span<const double> reference) {
  double below = 0;
  double whole = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    below += std::max(0.0, reference[i] - grid[i]);
    whole += reference[i];
  }
  return whole > 0 ? below / whole : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace plumbline
