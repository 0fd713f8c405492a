#pragma once

#include <span>
#include <vector>

namespace plumbline {

/// A distribution as its values at equally spaced probabilities, ascending: 16 to 64 of them tell
/// two apart. Empty of no values.
std::vector<double> quantile_grid(std::vector<double> values, std::size_t points = 32);

/// The distribution that is in the middle of many: at each probability the median of their values.
/// All grids have the same number of points.
std::vector<double> middle_distribution(std::span<const std::vector<double>> grids);

/// How far one distribution lies below another: the area between the two where it is lower, as a
/// share of the area under `reference` (Xiong et al., SuperBench, 2024, one-sided). Higher is
/// better; 0.05 is as if all values were 5 % lower. A screen, not a verdict: it has no error rate.
double shortfall(std::span<const double> grid, std::span<const double> reference);

}  // namespace plumbline
