#include "reports/pages/interval_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "reports/pages/axis.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr double width = 660;
constexpr double left = 152;   // of the axis: names of the runs stand before it
constexpr double right = 590;  // values stand behind it
constexpr double line_height = 20;
constexpr double top = 30;
constexpr std::size_t most_runs = 24;

struct Interval {
  std::string name;
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
  std::string note;  ///< instead of a value
};

std::vector<Interval> intervals(const JudgedFinding& judged) {
  std::vector<Interval> all;
  const std::size_t first = judged.rows.size() > most_runs ? judged.rows.size() - most_runs : 0;
  for (std::size_t i = first; i < judged.rows.size(); ++i) {
    const Measurement& row = judged.rows[i];
    all.push_back({fmt::format("{}\u2002{}", i + 1, time_without_zone(row.time)), row.median,
                   row.ci_low, row.ci_high,
                   row.outcome == Outcome::ok ? "" : outcome_names[row.outcome]});
  }
  return all;
}

/// From the least to the greatest of what is drawn, with a little air.
Axis axis_of(const std::vector<Interval>& all, const JudgedFinding& judged) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto include = [&](const std::optional<double>& value) {
    if (!value) return;
    low = std::min(low, *value);
    high = std::max(high, *value);
  };
  for (const Interval& one : all) {
    include(one.value);
    include(one.low);
    include(one.high);
  }
  const Finding& finding = judged.finding;
  for (const auto& value : {finding.value, finding.ci_low, finding.ci_high, finding.low,
                            finding.high, parse_number(finding.expected)}) {
    include(value);
  }
  // A far ceiling would press everything else together; it is named at the edge instead.
  if (judged.ceiling && *judged.ceiling < high + 1.5 * (high - low)) include(judged.ceiling);
  if (!(high > low)) {
    const double air = low == 0 ? 1 : 0.05 * std::abs(low);
    low -= air;
    high += air;
  }
  const double air = 0.06 * (high - low);
  return {low - air, high + air, left, right};
}

void scale(const Element& svg, const Axis& axis, double bottom, const std::string& unit) {
  const Element group = svg.add("g", {{"class", "axis"}});
  group.add("line", {{"x1", left}, {"x2", right}, {"y1", bottom}, {"y2", bottom}});
  for (const double tick : ticks(axis, 6)) {
    const double x = axis.place(tick);
    group.add("line", {{"x1", x}, {"x2", x}, {"y1", bottom}, {"y2", bottom + 4}});
    group.add("text", {{"x", x}, {"y", bottom + 16}, {"text-anchor", "middle"}})
        .text(format_number(tick));
  }
  group.add("text", {{"x", width}, {"y", bottom + 16}, {"text-anchor", "end"}}).text(unit);
}

/// A name above the line that it belongs to; `taken` keeps two names from lying on each other.
void name_above(const Element& svg, const char* css, double x, const std::string& name,
                double& taken) {
  const double half = 3.1 * static_cast<double>(name.size());
  const double y = x - half < taken ? 11 : 23;
  svg.add("text", {{"class", css}, {"x", x}, {"y", y}, {"text-anchor", "middle"}}).text(name);
  taken = std::max(taken, x + half + 6);
}

void expectations(const Element& svg, const Axis& axis, const JudgedFinding& judged,
                  double bottom) {
  const Finding& finding = judged.finding;
  if (finding.low || finding.high) {
    const double from = finding.low ? axis.place(*finding.low) : left;
    const double to = finding.high ? axis.place(*finding.high) : right;
    svg.add("rect", {{"class", "band"},
                     {"x", from},
                     {"y", top},
                     {"width", std::max(to - from, 0.0)},
                     {"height", bottom - top}});
    for (const auto& limit : {finding.low, finding.high}) {
      if (!limit) continue;
      const double x = axis.place(*limit);
      svg.add("line", {{"class", "limit"}, {"x1", x}, {"x2", x}, {"y1", top}, {"y2", bottom}});
    }
  }
  double taken = 0;
  const auto reference = parse_number(finding.expected);
  if (reference && axis.holds(*reference)) {
    const double x = axis.place(*reference);
    svg.add("line", {{"class", "expected"}, {"x1", x}, {"x2", x}, {"y1", top - 3}, {"y2", bottom}});
    name_above(svg, "expected-name", x, "expected " + person_number(*reference), taken);
  }
  if (!judged.ceiling) return;
  const bool inside = axis.holds(*judged.ceiling);
  const double x = inside ? axis.place(*judged.ceiling) : right;
  if (inside) {
    svg.add("line", {{"class", "ceiling"}, {"x1", x}, {"x2", x}, {"y1", top - 3}, {"y2", bottom}});
  }
  const std::string name = "ceiling " + person_number(*judged.ceiling) + (inside ? "" : " \u2192");
  name_above(svg, "ceiling-name", x, name, taken);
}

void interval_line(const Element& svg, const Axis& axis, const Interval& one, double y,
                   bool judged) {
  const Element group = svg.add("g", {{"class", judged ? "judged" : "run"}});
  group.add("text", {{"x", 0.0}, {"y", y + 4}}).text(one.name);
  if (!one.value) {
    group.add("text", {{"class", "note"}, {"x", left + 6}, {"y", y + 4}}).text(one.note);
    return;
  }
  const double x = axis.place(*one.value);
  if (one.low && one.high) {
    const double from = axis.place(*one.low), to = axis.place(*one.high);
    group.add("line", {{"x1", from}, {"x2", to}, {"y1", y}, {"y2", y}});
    for (const double end : {from, to}) {
      group.add("line", {{"x1", end}, {"x2", end}, {"y1", y - 4}, {"y2", y + 4}});
    }
  }
  if (judged) {
    group.add("path", {{"d", fmt::format("M{0:.2f} {1:.2f}l6 6l-6 6l-6 -6z", x, y - 6)}});
  } else {
    group.add("circle", {{"cx", x}, {"cy", y}, {"r", 3.5}});
  }
  group.add("text", {{"class", "value"}, {"x", width}, {"y", y + 4}, {"text-anchor", "end"}})
      .text(person_number(*one.value));
}

std::string described(const JudgedFinding& judged) {
  const Finding& finding = judged.finding;
  std::string text =
      fmt::format("{} of {}: {} runs", finding.metric, path_of(finding), finding.runs);
  if (finding.value) text += ", median " + value_with_unit(*finding.value, finding.unit);
  if (!finding.expected.empty()) text += ", expected " + expected(finding);
  return text;
}

}  // namespace

bool has_interval_plot(const JudgedFinding& judged) {
  if (judged.finding.better == Better::exact) return false;
  return judged.finding.value || std::ranges::any_of(judged.rows, [](const Measurement& row) {
           return row.median.has_value();
         });
}

void interval_plot(const Element& into, const JudgedFinding& judged) {
  const std::vector<Interval> runs = intervals(judged);
  const Finding& finding = judged.finding;
  const Axis axis = axis_of(runs, judged);
  const double lines = static_cast<double>(runs.size() + (finding.value ? 1 : 0));
  const double bottom = top + 6 + lines * line_height;
  const Element frame = into.add("div", {{"class", "plot"}});
  const Element svg =
      frame.add("svg", {{"class", "interval-plot"},
                        {"viewBox", fmt::format("0 0 {} {:.0f}", width, bottom + 22)},
                        {"role", "img"},
                        {"aria-label", described(judged)}});
  expectations(svg, axis, judged, bottom);
  scale(svg, axis, bottom, finding.unit);
  double y = top + 3 + line_height / 2;
  for (const Interval& run : runs) {
    interval_line(svg, axis, run, y, false);
    y += line_height;
  }
  if (finding.value) {
    const std::string name =
        runs.size() == 1 ? "judged, between runs" : fmt::format("judged, {} runs", finding.runs);
    interval_line(svg, axis, {name, finding.value, finding.ci_low, finding.ci_high, ""}, y, true);
  }
}

void interval_mark(const Element& into, const Finding& finding) {
  const auto reference = parse_number(finding.expected);
  const auto ratio = difference(finding);
  if (!ratio || finding.better == Better::exact || *reference <= 0) return;
  const Axis axis{-0.25, 0.25, 4, 116};
  const Element svg =
      into.add("svg", {{"class", "mark"}, {"viewBox", "0 0 120 16"}, {"aria-hidden", "true"}});
  const auto relative = [&](double value) { return axis.place(value / *reference - 1); };
  if (finding.low || finding.high) {
    const double from = finding.low ? relative(*finding.low) : axis.from;
    const double to = finding.high ? relative(*finding.high) : axis.to;
    svg.add("rect",
            {{"class", "band"}, {"x", from}, {"y", 1.0}, {"width", to - from}, {"height", 14.0}});
  }
  svg.add("path", {{"class", "expected"}, {"d", "M60 1v14"}});
  const Element group = svg.add("g", {{"class", verdict_class(finding.verdict)}});
  if (*ratio < axis.low || *ratio > axis.high) {
    group.add("path", {{"class", "dot"}, {"d", *ratio < 0 ? "M1 8l7-5v10z" : "M119 8l-7-5v10z"}});
    return;
  }
  if (finding.ci_low && finding.ci_high) {
    group.add("path", {{"class", "whisker"},
                       {"d", fmt::format("M{:.1f} 8H{:.1f}", relative(*finding.ci_low),
                                         relative(*finding.ci_high))}});
  }
  group.add("circle", {{"class", "dot"}, {"cx", axis.place(*ratio)}, {"cy", 8.0}, {"r", 3.0}});
}

}  // namespace plumbline
