#include "reports/pages/distribution_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "reports/pages/axis.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

// The strip: 320 wide, the median in the middle.
constexpr double strip_width = 320, strip_height = 18;
constexpr double strip_range = 0.25;
constexpr Axis strip_axis{-strip_range, strip_range, 8, strip_width - 8};

// The cumulative plot.
constexpr double width = 620, height = 220;
constexpr double left = 52, right = 600, top = 24, bottom = 184;
constexpr std::size_t most_names = 6;
constexpr double name_height = 13;

double quantile_at(const MetricDistribution& d, double share) {
  const auto at = std::ranges::find(distribution_shares, share) - distribution_shares.begin();
  return d.quantiles[static_cast<std::size_t>(at)];
}

/// Relative to the median; a median of 0 has no such thing.
double relative(const MetricDistribution& d, double value) {
  return d.median() == 0 ? 0 : value / d.median() - 1;
}

void strip_band(const Element& svg, const MetricDistribution& d) {
  if (!d.low && !d.high) return;
  const double from = d.low ? strip_axis.place(relative(d, *d.low)) : strip_axis.from;
  const double to = d.high ? strip_axis.place(relative(d, *d.high)) : strip_axis.to;
  svg.add("rect", {{"class", "band"},
                   {"x", from},
                   {"y", 1.0},
                   {"width", std::max(to - from, 0.0)},
                   {"height", strip_height - 2}});
}

/// A place inside the strip, or an arrow at the end beyond which the value lies.
void strip_point(const Element& svg, const MetricDistribution& d, const NamedValue& one) {
  const double ratio = relative(d, one.value);
  const double x = strip_axis.place(ratio);
  const std::string css = fmt::format("apart {}", verdict_class(one.verdict));
  if (std::abs(ratio) > strip_range) {
    const bool is_left = ratio < 0;
    svg.add("path",
            {{"class", css},
             {"d", is_left ? "M1 9l8 -4.5v9z" : fmt::format("M{} 9l-8 -4.5v9z", strip_width - 1)}});
    return;
  }
  svg.add("circle", {{"class", css}, {"cx", x}, {"cy", strip_height / 2}, {"r", 3.6}});
}

void strip_of_all(const Element& svg, const MetricDistribution& d) {
  std::string ticks;
  for (std::size_t i = d.outliers; i < d.values_by_rank.size(); ++i) {
    const double ratio = relative(d, d.values_by_rank[i].value);
    ticks += fmt::format("M{:.1f} 5v8", strip_axis.place(ratio));
  }
  svg.add("path", {{"class", "each"}, {"d", ticks}});
}

void strip_of_most(const Element& svg, const MetricDistribution& d) {
  const auto place = [&](double share) {
    return strip_axis.place(relative(d, quantile_at(d, share)));
  };
  svg.add("path", {{"class", "nearly-all"},
                   {"d", fmt::format("M{:.1f} 9H{:.1f}", place(0.001), place(0.999))}});
  svg.add("path", {{"class", "half"},
                   {"d", fmt::format("M{:.1f} 9H{:.1f}", place(0.25) - 0.75, place(0.75) + 0.75)}});
}

std::string described(const MetricDistribution& d) {
  std::string text = fmt::format(
      "{} values, median {}, from {} to {}", d.values, value_with_unit(d.median(), d.unit),
      person_number(d.quantiles.front()), person_number(d.quantiles.back()));
  if (d.outliers > 0) text += fmt::format(", {} apart", d.outliers);
  return text;
}

/// Where the values lie that are shown: those of the metric and what they are held against. A
/// ceiling that is far away stays outside, and so does a bound that would press all values
/// together.
Axis value_axis(const MetricDistribution& d) {
  double low = d.quantiles.front(), high = d.quantiles.back();
  const double least = d.median() == 0 ? 1e-9 : 0.04 * std::abs(d.median());
  const double span = std::max(high - low, least);
  for (const auto& mark : {d.expected, d.low, d.high, d.ceiling}) {
    if (!mark || *mark < low - 3 * span || *mark > high + 3 * span) continue;
    low = std::min(low, *mark), high = std::max(high, *mark);
  }
  const double margin = 0.04 * std::max(high - low, span);
  return {low - margin, high + margin, left, right};
}

constexpr Axis share_axis{0, 1, bottom, top};

/// The steps of few values, or a line through the quantiles of many.
std::string cumulative_path(const MetricDistribution& d, const Axis& x) {
  std::string path = fmt::format("M{:.1f} {:.1f}", x.place(d.quantiles.front()), bottom);
  if (!d.is_complete()) {
    for (std::size_t i = 0; i < d.quantiles.size(); ++i) {
      path += fmt::format("L{:.1f} {:.1f}", x.place(d.quantiles[i]),
                          share_axis.place(distribution_shares[i]));
    }
    return path;
  }
  std::vector<double> values;
  for (const NamedValue& one : d.values_by_rank) values.push_back(one.value);
  std::ranges::sort(values);
  const double n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    path += fmt::format("H{:.1f}V{:.1f}", x.place(values[i]),
                        share_axis.place(static_cast<double>(i + 1) / n));
  }
  return path;
}

void cumulative_axes(const Element& svg, const MetricDistribution& d, const Axis& x) {
  const Element group = svg.add("g", {{"class", "axis"}});
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = share_axis.place(share);
    group.add("line", {{"class", "grid"}, {"x1", left}, {"x2", right}, {"y1", y}, {"y2", y}});
    group.add("text", {{"x", left - 6}, {"y", y + 4}, {"text-anchor", "end"}})
        .text(fmt::format("{:.0f} %", 100 * share));
  }
  for (const double tick : ticks(x, 6)) {
    const double at = x.place(tick);
    group.add("line", {{"x1", at}, {"x2", at}, {"y1", bottom}, {"y2", bottom + 4}});
    group.add("text", {{"x", at}, {"y", bottom + 17}, {"text-anchor", "middle"}})
        .text(format_number(tick));
  }
  group.add("text", {{"x", right}, {"y", height - 4}, {"text-anchor", "end"}})
      .text(unit_text(d.unit));
}

void cumulative_marks(const Element& svg, const MetricDistribution& d, const Axis& x) {
  const auto line = [&](const char* css, double value, const std::string& name, double y) {
    if (!x.holds(value)) return;
    const double at = x.place(value);
    svg.add("line", {{"class", css}, {"x1", at}, {"x2", at}, {"y1", top}, {"y2", bottom}});
    const bool is_right = at > (left + right) / 2;
    svg.add("text", {{"class", fmt::format("note {}-name", css)},
                     {"x", at + (is_right ? -4 : 4)},
                     {"y", y},
                     {"text-anchor", is_right ? "end" : "start"}})
        .text(name);
  };
  if (d.expected) line("expected", *d.expected, "expected " + person_number(*d.expected), 10);
  if (d.ceiling) line("ceiling", *d.ceiling, "ceiling " + person_number(*d.ceiling), 21);
}

void cumulative_names(const Element& svg, const MetricDistribution& d, const Axis& x) {
  const std::size_t named = std::min(d.outliers, most_names);
  for (std::size_t i = 0; i < named; ++i) {
    const NamedValue& one = d.values_by_rank[i];
    const double at = x.place(one.value);
    const double y = bottom - 8 - name_height * static_cast<double>(i);
    const bool is_right = at > (left + right) / 2;
    svg.add("circle", {{"class", fmt::format("apart {}", verdict_class(one.verdict))},
                       {"cx", at},
                       {"cy", y - 3.5},
                       {"r", 3.4}});
    svg.add(
           "text",
           {{"x", at + (is_right ? -7 : 7)}, {"y", y}, {"text-anchor", is_right ? "end" : "start"}})
        .text(fmt::format("{} {}", one.host, one.subject));
  }
}

}  // namespace

void strip_plot(const Element& into, const MetricDistribution& d) {
  const Element svg =
      into.add("svg", {{"class", "strip"},
                       {"viewBox", fmt::format("0 0 {} {}", strip_width, strip_height)},
                       {"role", "img"},
                       {"aria-label", described(d)}});
  strip_band(svg, d);
  if (d.expected) {
    svg.add("path",
            {{"class", "expected"},
             {"d", fmt::format("M{:.1f} 1v16", strip_axis.place(relative(d, *d.expected)))}});
  }
  if (d.is_complete()) {
    strip_of_all(svg, d);
  } else {
    strip_of_most(svg, d);
  }
  for (std::size_t i = d.outliers; i > 0; --i) strip_point(svg, d, d.values_by_rank[i - 1]);
}

void strip_scale(const Element& into) {
  const Element svg =
      into.add("svg", {{"class", "strip scale"},
                       {"viewBox", fmt::format("0 0 {} {}", strip_width, strip_height)},
                       {"role", "img"},
                       {"aria-label", "relative to the median, from 25 % below to 25 % above"}});
  for (const auto& [ratio, name, anchor] :
       {std::tuple(-strip_range, "\u221225 %", "start"), std::tuple(0.0, "median", "middle"),
        std::tuple(strip_range, "+25 %", "end")}) {
    svg.add("text", {{"x", strip_axis.place(ratio)}, {"y", 12.0}, {"text-anchor", anchor}})
        .text(name);
  }
}

void cumulative_plot(const Element& into, const MetricDistribution& d) {
  const Axis x = value_axis(d);
  const Element plot = into.add("div", {{"class", "plot"}});
  const Element svg = plot.add("svg", {{"class", "cumulative"},
                                       {"viewBox", fmt::format("0 0 {} {}", width, height)},
                                       {"role", "img"},
                                       {"aria-label", described(d)}});
  if (d.low || d.high) {
    const double from = d.low ? x.place(*d.low) : left;
    const double to = d.high ? x.place(*d.high) : right;
    svg.add("rect", {{"class", "band"},
                     {"x", from},
                     {"y", top},
                     {"width", std::max(to - from, 0.0)},
                     {"height", bottom - top}});
  }
  cumulative_axes(svg, d, x);
  cumulative_marks(svg, d, x);
  svg.add("path", {{"class", "steps"}, {"d", cumulative_path(d, x)}});
  cumulative_names(svg, d, x);
}

}  // namespace plumbline
