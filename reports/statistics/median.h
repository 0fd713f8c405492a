#pragma once

#include <span>
#include <vector>

namespace plumbline {

/// 1 / Phi^-1(0.75): a median absolute deviation times this is a standard deviation if the values
/// are normal.
inline constexpr double sigma_per_mad = 1.4826022185056018;

/// The middle value, of an even count the mean of the two middle ones; NaN of none. Finite values.
double median(std::vector<double> values);

/// The raw median |x - median(x)|; NaN of none.
double median_absolute_deviation(std::span<const double> values);

/// sigma_per_mad times the median distance of the values above the median: a scale that does not
/// grow with how slow a slow minority is. NaN if no value lies above the median.
double upper_scale(std::span<const double> values);

}  // namespace plumbline
