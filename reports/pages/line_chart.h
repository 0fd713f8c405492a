#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/html/element.h"

namespace plumbline {

/// A value at a place, with what it is held against where that is known.
struct CurvePoint {
  double x = 0;
  double y = 0;
  std::string label;                ///< "64 MiB: 98.20 ns", shown for the point and read aloud
  std::optional<double> low = {};   ///< of the members that the value stands for: the lowest
  std::optional<double> high = {};  ///< and the highest
  std::optional<double> expected = {};
  std::optional<double> limit = {};  ///< the furthest from `expected` that is allowed
};

struct Curve {
  std::string name;
  std::vector<CurvePoint> points;  ///< in order of x
  bool is_context = false;         ///< drawn in grey and without its name: others stand out
};

/// What a reader looks along.
enum class ChartAxis {
  bytes,    ///< logarithmic, in powers of two
  seconds,  ///< linear
  runs,     ///< linear: the first is 1
};

/// How values stand beside each other.
enum class ChartScale {
  logarithmic,
  from_zero,  ///< linear: lengths compare
  around,     ///< linear about where the values are: small changes show
};

/// Something that happened at a place.
struct ChartMark {
  double x = 0;
  std::string name;
};

struct LineChart {
  std::string title;  ///< read aloud
  std::string unit;   ///< of the values
  std::vector<Curve> curves;
  ChartAxis along = ChartAxis::bytes;
  ChartScale scale = ChartScale::logarithmic;
  std::optional<double> ceiling;    ///< physical limit
  std::vector<std::string> places;  ///< what runs are called
  std::vector<ChartMark> marks;
};

/// Curves that differ in dash and mark as well as in colour, and carry their names at their ends.
/// The values stand beside the drawing, so that the script can draw them to be looked into.
void line_chart(const html::Element& into, const LineChart& chart);

/// Curves over sizes in bytes, both axes logarithmic.
void line_chart(const html::Element& into, const std::string& title, const std::string& unit,
                const std::vector<Curve>& curves);

}  // namespace plumbline
