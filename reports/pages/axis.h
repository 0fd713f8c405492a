#pragma once

#include <vector>

namespace plumbline {

/// Places values on a line of a chart: `from` is where `low` lies, `to` where `high` lies.
struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  bool logarithmic = false;

  double place(double value) const;
  bool holds(double value) const { return value >= low && value <= high; }
};

/// Round values (1, 2, 5 times a power of ten) inside the axis, about `wanted` of them; on a
/// logarithmic axis the powers of `base` (2 or 10) or a regular part of them.
std::vector<double> ticks(const Axis& axis, int wanted, double base = 10);

}  // namespace plumbline
