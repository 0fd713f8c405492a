#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumbline {

/// A distribution as its values at equally spaced probabilities, ascending: 16 to 64 of them tell
/// two apart. Empty of no values.
std::vector<double> quantile_grid(std::vector<double> values, std::size_t points = 32);

/// The grids of many distributions, one behind another.
class QuantileGrids {
 public:
  explicit QuantileGrids(std::size_t points) : points_(points) {}

  /// The grid of `values`, of which there is at least one; they are put in order.
  void add(std::span<double> values);

  std::size_t size() const { return values_.size() / points_; }
  std::size_t points() const { return points_; }
  std::span<const double> operator[](std::size_t i) const {
    return std::span(values_).subspan(i * points_, points_);
  }

 private:
  std::size_t points_;
  std::vector<double> values_;
};

/// The distribution that is in the middle of many: at each probability the median of their values.
std::vector<double> middle_distribution(const QuantileGrids& grids);

/// How far one distribution lies below another: the area between the two where it is lower, as a
/// share of the area under `reference` (Xiong et al., SuperBench, 2024, one-sided). Higher is
/// better; 0.05 is as if all values were 5 % lower. A screen, not a verdict: it has no error rate.
double shortfall(std::span<const double> grid, std::span<const double> reference);

}  // namespace plumbline
