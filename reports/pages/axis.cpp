#include "reports/pages/axis.h"

#include <algorithm>
#include <cmath>

namespace plumbline {
namespace {

std::vector<double> powers(const Axis& axis, int wanted, double base) {
  const double first = std::ceil(std::log(axis.low) / std::log(base) - 1e-9);
  const double last = std::floor(std::log(axis.high) / std::log(base) + 1e-9);
  const double step = std::max(1.0, std::ceil((last - first) / std::max(wanted, 1)));
  std::vector<double> values;
  for (double exponent = first; exponent <= last; exponent += step) {
    values.push_back(std::pow(base, exponent));
  }
  if (last - first >= 3 || base < 10) return values;
  values.clear();  // less than three decades: 1, 2, 5
  for (double exponent = first - 1; exponent <= last; ++exponent) {
    for (const double mantissa : {1.0, 2.0, 5.0}) {
      const double value = mantissa * std::pow(10, exponent);
      if (axis.holds(value)) values.push_back(value);
    }
  }
  return values;
}

}  // namespace

double Axis::place(double value) const {
  const double share =
      logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + std::clamp(share, 0.0, 1.0) * (to - from);
}

std::vector<double> ticks(const Axis& axis, int wanted, double base) {
  if (!(axis.high > axis.low)) return {};
  if (axis.logarithmic) return powers(axis, wanted, base);
  const double rough = (axis.high - axis.low) / std::max(wanted, 1);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double share = rough / power;
  const double step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
  std::vector<double> values;
  for (double k = std::ceil(axis.low / step - 1e-9); k * step <= axis.high + 1e-9 * step; ++k) {
    values.push_back(k * step);
  }
  return values;
}

}  // namespace plumbline
