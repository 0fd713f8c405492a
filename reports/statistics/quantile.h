#pragma once

#include <vector>

namespace plumbline {

/// The `p` quantile, 0 to 1, of type 7 of Hyndman and Fan: between the values on both sides of
/// place (n - 1) p, as R, NumPy and Excel have it. NaN of none. Finite values.
double quantile(std::vector<double> values, double p);

}  // namespace plumbline
