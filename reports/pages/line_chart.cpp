#include "reports/pages/line_chart.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "reports/pages/axis.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr double width = 760;
constexpr double height = 300;
constexpr double left = 52, right = 620, top = 26, bottom = 266;
constexpr double name_height = 14;
constexpr std::size_t styles = 6;        // classes curve-0 ... of the style sheet
constexpr std::size_t most_marked = 40;  // points of a curve that still are told apart

/// As the script knows them.
constexpr const char* axis_names[] = {"bytes", "seconds", "runs"};
constexpr const char* scale_names[] = {"logarithmic", "from-zero", "around"};

struct Frame {
  Axis x, y;
};

/// The least and the greatest of some values.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void take(std::optional<double> value) {
    if (!value) return;
    low = std::min(low, *value), high = std::max(high, *value);
  }
};

Frame frame_of(const LineChart& chart) {
  Range x, y;
  for (const Curve& curve : chart.curves) {
    for (const CurvePoint& point : curve.points) {
      x.take(point.x);
      for (const auto& value : {std::optional(point.y), point.low, point.high, point.expected}) {
        y.take(value);
      }
    }
  }
  y.take(chart.ceiling);
  const bool is_bytes = chart.along == ChartAxis::bytes;
  if (x.high <= x.low && is_bytes) x.low /= 2, x.high *= 2;
  if (x.high <= x.low) x.high = x.low + 1;
  if (chart.scale == ChartScale::from_zero) {
    y.low = 0, y.high = y.high > 0 ? 1.08 * y.high : 1;
  } else if (chart.scale == ChartScale::around) {
    // A tenth at least, so that noise does not fill the chart.
    const double middle = (y.low + y.high) / 2;
    const double half = std::max({0.6 * (y.high - y.low), 0.05 * std::abs(middle), 1e-9});
    y.low = middle - half, y.high = middle + half;
  } else {
    // Half a decade at least, so that noise does not fill the chart.
    const double middle = std::sqrt(y.low * y.high);
    y.low = std::min(y.low / 1.15, middle / 1.8);
    y.high = std::max(y.high * 1.15, middle * 1.8);
  }
  return {{x.low, x.high, left, right, is_bytes},
          {y.low, y.high, bottom, top, chart.scale == ChartScale::logarithmic}};
}

std::string place_name(const LineChart& chart, double x) {
  const auto whole = static_cast<std::uint64_t>(std::llround(x));
  if (chart.along == ChartAxis::bytes) return format_bytes(whole);
  const bool is_run = chart.along == ChartAxis::runs && whole >= 1 && whole <= chart.places.size();
  return is_run ? chart.places[whole - 1] : person_number(x);
}

/// Vertical lines with their names, that of the next one below if they are close.
void marks_of(const Element& svg, const LineChart& chart, const Frame& frame) {
  double last = left - 100, y = top - 4;
  for (const ChartMark& mark : chart.marks) {
    if (!frame.x.holds(mark.x)) continue;
    const double x = frame.x.place(mark.x);
    y = x - last < 60 ? y + name_height : top - 4;
    last = x;
    svg.add("line", {{"class", "event"}, {"x1", x}, {"x2", x}, {"y1", top}, {"y2", bottom}});
    svg.add("text", {{"class", "note"}, {"x", x}, {"y", y}, {"text-anchor", "middle"}})
        .text(mark.name);
  }
}

std::string places_of(const std::vector<ChartMark>& marks) {
  std::string text;
  for (const ChartMark& mark : marks) text += (text.empty() ? "" : " ") + format_number(mark.x);
  return text;
}

void axes(const Element& svg, const Frame& frame, const LineChart& chart) {
  const Element group = svg.add("g", {{"class", "axis"}});
  for (const double tick : ticks(frame.y, 6)) {
    const double y = frame.y.place(tick);
    group.add("line", {{"class", "grid"}, {"x1", left}, {"x2", right}, {"y1", y}, {"y2", y}});
    group.add("text", {{"x", left - 6}, {"y", y + 4}, {"text-anchor", "end"}})
        .text(format_number(tick));
  }
  const int wanted = chart.along == ChartAxis::runs ? 5 : 8;
  for (const double tick : ticks(frame.x, wanted, chart.along == ChartAxis::bytes ? 2 : 10)) {
    if (chart.along == ChartAxis::runs && tick != std::round(tick)) continue;
    const double x = frame.x.place(tick);
    group.add("line", {{"x1", x}, {"x2", x}, {"y1", bottom}, {"y2", bottom + 4}});
    group.add("text", {{"x", x}, {"y", bottom + 17}, {"text-anchor", "middle"}})
        .text(place_name(chart, tick));
  }
  group.add("line", {{"x1", left}, {"x2", right}, {"y1", bottom}, {"y2", bottom}});
  group.add("text", {{"x", left - 6}, {"y", 11.0}, {"text-anchor", "end"}}).text(chart.unit);
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
    least = places[i] + name_height;
  }
  double most = height - 4;  // those that would stand below the chart push the others up
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    places[*i] = std::min(places[*i], most);
    most = places[*i] - name_height;
  }
  return places;
}

std::string path_through(const std::vector<CurvePoint>& points, const Frame& frame) {
  std::string path;
  for (const CurvePoint& point : points) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", frame.x.place(point.x),
                        frame.y.place(point.y));
  }
  return path;
}

/// From the lowest to the highest of the members, where there are several.
void range_of_members(const Element& group, const std::vector<CurvePoint>& points,
                      const Frame& frame) {
  std::string there, back;
  for (const CurvePoint& point : points) {
    if (!point.low || !point.high) continue;
    const double x = frame.x.place(point.x);
    there +=
        fmt::format("{}{:.1f} {:.1f}", there.empty() ? "M" : "L", x, frame.y.place(*point.high));
    back = fmt::format("L{:.1f} {:.1f}", x, frame.y.place(*point.low)) + back;
  }
  if (!there.empty()) group.add("path", {{"class", "range"}, {"d", there + back + 'z'}});
}

/// A bar where the value should be, and a line to what is still allowed.
void expectations(const Element& group, const std::vector<CurvePoint>& points, const Frame& frame) {
  std::string path;
  for (const CurvePoint& point : points) {
    if (!point.expected) continue;
    const double x = frame.x.place(point.x);
    path += fmt::format("M{:.1f} {:.1f}h14", x - 7, frame.y.place(*point.expected));
    if (!point.limit) continue;
    path += fmt::format("M{:.1f} {:.1f}V{:.1f}h-3h6", x, frame.y.place(*point.expected),
                        frame.y.place(*point.limit));
  }
  if (!path.empty()) group.add("path", {{"class", "wanted"}, {"d", path}});
}

/// The values of a curve for the script: joined by spaces, "-" where there is none.
std::string values_of(const std::vector<CurvePoint>& points,
                      const std::function<std::optional<double>(const CurvePoint&)>& value) {
  std::string text;
  bool any = false;
  for (const CurvePoint& point : points) {
    const auto number = value(point);
    any |= number.has_value();
    if (!text.empty()) text += ' ';
    text += number ? format_number(*number) : "-";
  }
  return any ? text : "";
}

void curve(const Element& svg, const Curve& one, std::size_t number, const Frame& frame,
           double name_place) {
  const auto& points = one.points;
  const std::string low = values_of(points, [](const CurvePoint& p) { return p.low; });
  const std::string high = values_of(points, [](const CurvePoint& p) { return p.high; });
  const std::string expected = values_of(points, [](const CurvePoint& p) { return p.expected; });
  const std::string limit = values_of(points, [](const CurvePoint& p) { return p.limit; });
  html::Attribute data_low("data-low", low), data_high("data-high", high),
      data_expected("data-expected", expected), data_limit("data-limit", limit);
  data_low.present = !low.empty();
  data_high.present = !high.empty();
  data_expected.present = !expected.empty();
  data_limit.present = !limit.empty();
  const Element group = svg.add(
      "g", {{"class", one.is_context ? "curve curve-context"
                                     : fmt::format("curve curve-{}", number % styles)},
            {"data-name", one.name},
            {"data-x", values_of(points, [](const CurvePoint& p) { return std::optional(p.x); })},
            {"data-y", values_of(points, [](const CurvePoint& p) { return std::optional(p.y); })},
            data_low,
            data_high,
            data_expected,
            data_limit});
  range_of_members(group, points, frame);
  expectations(group, points, frame);
  {
    const Element line = group.add("path", {{"class", "line"}, {"d", path_through(points, frame)}});
    if (one.is_context) line.add("title").text(one.name);
  }
  if (points.size() <= most_marked) {
    for (const CurvePoint& point : points) {
      mark(group, number, frame.x.place(point.x), frame.y.place(point.y), point.label);
    }
  }
  if (one.is_context) return;
  group.add("text", {{"x", right + 10}, {"y", name_place + 4}}).text(one.name);
}

void ceiling_line(const Element& svg, double ceiling, const Frame& frame) {
  const double y = frame.y.place(ceiling);
  svg.add("line", {{"class", "ceiling"}, {"x1", left}, {"x2", right}, {"y1", y}, {"y2", y}});
  svg.add("text", {{"class", "ceiling-name"}, {"x", left + 4}, {"y", y - 4}})
      .text("ceiling " + person_number(ceiling));
}

}  // namespace

void line_chart(const Element& into, const LineChart& chart) {
  if (chart.curves.empty()) return;
  const Frame frame = frame_of(chart);
  const Element plot = into.add("div", {{"class", "plot"}});
  html::Attribute ceiling("data-ceiling", format_number(chart.ceiling.value_or(0)));
  ceiling.present = chart.ceiling.has_value();
  html::Attribute places("data-places", fmt::format("{}", fmt::join(chart.places, "/"))),
      marks("data-marks", places_of(chart.marks));
  places.present = !chart.places.empty();
  marks.present = !chart.marks.empty();
  const Element svg =
      plot.add("svg", {{"class", "line-chart"},
                       {"viewBox", fmt::format("0 0 {} {}", width, height)},
                       {"role", "img"},
                       {"aria-label", chart.title},
                       {"data-along", axis_names[static_cast<std::size_t>(chart.along)]},
                       {"data-scale", scale_names[static_cast<std::size_t>(chart.scale)]},
                       {"data-unit", chart.unit},
                       ceiling,
                       places,
                       marks});
  axes(svg, frame, chart);
  if (chart.ceiling) ceiling_line(svg, *chart.ceiling, frame);
  marks_of(svg, chart, frame);
  const std::vector<double> ends = name_places(chart.curves, frame.y);
  // What stands out lies above the others and has the first colours.
  std::size_t number = 0;
  for (const bool context : {true, false}) {
    for (std::size_t i = 0; i < chart.curves.size(); ++i) {
      if (chart.curves[i].is_context != context) continue;
      curve(svg, chart.curves[i], context ? 0 : number++, frame, ends[i]);
    }
  }
}

void line_chart(const Element& into, const std::string& title, const std::string& unit,
                const std::vector<Curve>& curves) {
  line_chart(into, {.title = title, .unit = unit, .curves = curves});
}

}  // namespace plumbline
