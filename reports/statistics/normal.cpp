#include "reports/statistics/normal.h"

#include <cmath>
#include <numbers>

namespace plumbline {

double normal_upper_quantile(double tail) {
  // erfc is exact far into the tail and falls steadily: halving the bracket cannot go wrong.
  double low = -40;
  double high = 40;
  for (int step = 0; step < 80; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::numbers::sqrt2) / 2 > tail ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace plumbline
