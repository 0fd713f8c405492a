#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "reports/statistics/log_histogram.h"

namespace plumbline {

/// The `p` quantile, 0 to 1, of type 7 of Hyndman and Fan: between the values on both sides of
/// place (n - 1) p, as R, NumPy and Excel have it. NaN of none. Finite values.
double quantile(std::vector<double> values, double p);

/// Several of them, `p` ascending, of values that are put into another order: each is looked for
/// among those above the one before.
std::vector<double> quantiles(std::span<float> values, std::span<const double> p);

/// Values above 0 of one metric, for their quantiles: exact as long as they fit into `budget`
/// bytes, within 0.05 % from then on.
class QuantileCollector {
 public:
  explicit QuantileCollector(std::size_t budget = std::size_t{1} << 30) : budget_(budget) {}

  /// False, and nothing is kept, for what is no positive finite number.
  bool add(double value);
  std::uint64_t count() const { return values_.size() + histogram_.count(); }
  bool is_exact() const { return histogram_.count() == 0; }
  /// `p` ascending.
  std::vector<double> quantiles(std::span<const double> p);

 private:
  std::size_t budget_;
  std::vector<float> values_;
  LogHistogram histogram_;
};

}  // namespace plumbline
