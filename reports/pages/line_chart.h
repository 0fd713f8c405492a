#pragma once

#include <string>
#include <vector>

#include "reports/html/element.h"

namespace plumbline {

/// A value at a size, with its interval where there is one.
struct CurvePoint {
  double x = 0;
  double y = 0;
  std::string label;  ///< "64 MiB: 98.20 ns", shown for the point and read aloud
};

struct Curve {
  std::string name;
  std::vector<CurvePoint> points;  ///< in order of x
};

/// Curves over sizes in bytes, both axes logarithmic. Curves differ in dash and mark as well as in
/// colour, and carry their names at their ends.
void line_chart(const html::Element& into, const std::string& title, const std::string& unit,
                const std::vector<Curve>& curves);

}  // namespace plumbline
