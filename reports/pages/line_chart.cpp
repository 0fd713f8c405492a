#include "reports/pages/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/pages/axis.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr double width = 760;
constexpr double height = 300;
constexpr double left = 52, right = 620, top = 26, bottom = 266;
constexpr std::size_t styles = 6;  // classes curve-0 ... of the style sheet

struct Frame {
  Axis x, y;
};

Frame frame_of(const std::vector<Curve>& curves) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_low = infinity, x_high = 0, y_low = infinity, y_high = 0;
  for (const Curve& curve : curves) {
    for (const CurvePoint& point : curve.points) {
      x_low = std::min(x_low, point.x), x_high = std::max(x_high, point.x);
      y_low = std::min(y_low, point.y), y_high = std::max(y_high, point.y);
    }
  }
  if (x_high <= x_low) x_low /= 2, x_high *= 2;
  // Half a decade at least, so that noise does not fill the chart.
  const double middle = std::sqrt(y_low * y_high);
  y_low = std::min(y_low / 1.15, middle / 1.8);
  y_high = std::max(y_high * 1.15, middle * 1.8);
  return {{x_low, x_high, left, right, true}, {y_low, y_high, bottom, top, true}};
}

void axes(const Element& svg, const Frame& frame, const std::string& unit) {
  const Element group = svg.add("g", {{"class", "axis"}});
  for (const double tick : ticks(frame.y, 6)) {
    const double y = frame.y.place(tick);
    group.add("line", {{"class", "grid"}, {"x1", left}, {"x2", right}, {"y1", y}, {"y2", y}});
    group.add("text", {{"x", left - 6}, {"y", y + 4}, {"text-anchor", "end"}})
        .text(format_number(tick));
  }
  for (const double tick : ticks(frame.x, 8, 2)) {
    const double x = frame.x.place(tick);
    group.add("line", {{"x1", x}, {"x2", x}, {"y1", bottom}, {"y2", bottom + 4}});
    group.add("text", {{"x", x}, {"y", bottom + 17}, {"text-anchor", "middle"}})
        .text(format_bytes(static_cast<std::uint64_t>(std::llround(tick))));
  }
  group.add("line", {{"x1", left}, {"x2", right}, {"y1", bottom}, {"y2", bottom}});
  group.add("text", {{"x", left - 6}, {"y", 11.0}, {"text-anchor", "end"}}).text(unit);
}

void mark(const Element& group, std::size_t style, double x, double y, const std::string& label) {
  static constexpr const char* shapes[] = {"m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
                                           "m-3.2 -3.2h6.4v6.4h-6.4z", "m0 -4.2l4 7h-8z",
                                           "m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z"};
  const Element path = group.add(
      "path",
      {{"class", "point"}, {"d", fmt::format("M{:.1f} {:.1f}{}", x, y, shapes[style % 4])}});
  path.add("title").text(label);
}

/// Where the names at the ends of the curves stand: in order, not on each other.
std::vector<double> name_places(const std::vector<Curve>& curves, const Axis& axis) {
  std::vector<std::size_t> order(curves.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto end = [&](std::size_t i) { return axis.place(curves[i].points.back().y); };
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return end(a) < end(b); });
  std::vector<double> places(curves.size());
  double least = top;
  for (const std::size_t i : order) {
    places[i] = std::max(end(i), least);
    least = places[i] + 14;
  }
  return places;
}

}  // namespace

void line_chart(const Element& into, const std::string& title, const std::string& unit,
                const std::vector<Curve>& curves) {
  const Frame frame = frame_of(curves);
  const Element plot = into.add("div", {{"class", "plot"}});
  const Element svg = plot.add("svg", {{"class", "line-chart"},
                                       {"viewBox", fmt::format("0 0 {} {}", width, height)},
                                       {"role", "img"},
                                       {"aria-label", title}});
  axes(svg, frame, unit);
  const std::vector<double> places = name_places(curves, frame.y);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const Element group = svg.add("g", {{"class", fmt::format("curve curve-{}", i % styles)}});
    std::string path;
    for (const CurvePoint& point : curves[i].points) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", frame.x.place(point.x),
                          frame.y.place(point.y));
    }
    group.add("path", {{"class", "line"}, {"d", path}});
    for (const CurvePoint& point : curves[i].points) {
      mark(group, i, frame.x.place(point.x), frame.y.place(point.y), point.label);
    }
    group.add("text", {{"x", right + 10}, {"y", places[i] + 4}}).text(curves[i].name);
  }
}

}  // namespace plumbline
