#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "reports/pages/line_chart.h"
#include "reports/pages/pages.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

/// "2026-11-24" of "20261124T103335Z_acceptance"; other names as they are.
std::string short_name(const std::string& run) {
  const bool is_dated =
      run.size() > 8 && run[8] == 'T' &&
      std::all_of(run.begin(), run.begin() + 8, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_dated) return run;
  return run.substr(0, 4) + '-' + run.substr(4, 2) + '-' + run.substr(6, 2);
}

std::string name_of(const TrendSeries& series) {
  return series.host.empty() ? "median of all " + series.subject
                             : series.host + ' ' + series.subject;
}

Curve curve_of(const TrendSeries& series, const std::vector<std::string>& runs) {
  Curve curve;
  curve.name = name_of(series);
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (std::isnan(series.values[i])) continue;
    curve.points.push_back(
        {static_cast<double>(i + 1), series.values[i],
         fmt::format("{}: {}", runs[i], value_with_unit(series.values[i], series.unit))});
  }
  return curve;
}

void one_series(const Element& charts, const TrendSeries& series, const TrendHistory& history) {
  LineChart chart;
  chart.title =
      fmt::format("{} {} over {} runs", name_of(series), series.metric, history.runs.size());
  chart.unit = series.unit;
  chart.along = ChartAxis::runs;
  chart.scale = ChartScale::around;
  for (const std::string& run : history.runs) chart.places.push_back(short_name(run));
  chart.curves.push_back(curve_of(series, history.runs));
  if (chart.curves.front().points.empty()) return;
  const double first = chart.curves.front().points.front().x;
  if (series.base && series.changed) {
    Curve base;
    base.name = "its level before";
    base.is_context = true;
    base.points = {{first, *series.base, ""},
                   {static_cast<double>(history.runs.size()), *series.base, ""}};
    chart.curves.push_back(std::move(base));
  }
  if (series.changed) chart.marks.push_back({static_cast<double>(*series.changed + 1), "changed"});
  if (series.host.empty()) {
    for (const FleetChange& change : history.changes) {
      chart.marks.push_back({static_cast<double>(change.run + 1), "event"});
    }
  }
  const Element figure = charts.add("figure");
  {
    const Element caption = figure.add("figcaption");
    if (series.host.empty()) {
      caption.add("b").text("The fleet");
      caption.text(" ");
    } else {
      caption.add("b", {{"class", "host"}}).text(series.host);
      caption.text(" ").add("b").text(series.subject);
      caption.text(" ");
    }
    caption.add("span", {{"class", "metric"}}).text(series.metric);
    const std::string work = work_of(series.bytes, series.params);
    if (!work.empty()) caption.text(" ").add("span", {{"class", "work"}}).text(work);
    std::string more;
    if (!series.host.empty()) {
      more = series.is_regression ? "worse than its past" : "lower than its past, to be confirmed";
    }
    if (!series.part.empty()) more += "; " + series.part;
    if (!series.moved_from.empty()) more += ", before in " + series.moved_from;
    caption.add("span", {{"class", "unit"}}).text(more);
  }
  line_chart(figure, chart);
}

}  // namespace

void render_trend(const Evidence& evidence, const Element& section) {
  const TrendHistory& history = evidence.trends;
  if (history.runs.size() < 2) {
    prose(section.add("p", {{"class", "lead"}}),
          "No earlier runs were looked at. `plumbline report --history DIR` follows each part "
          "through those in a folder.");
    return;
  }
  section.add("p", {{"class", "lead"}})
      .text(fmt::format("{} from {} to {}: each part beside its own past, wherever it was; what "
                        "the fleet has in common is told once and is no part's fault.",
                        count_of(history.runs.size(), "run"), history.runs.front(),
                        history.runs.back()));
  if (!history.changes.empty()) {
    section.add("h3").text("Events of the fleet");
    const Element list = section.add("ul", {{"class", "plain"}});
    for (const FleetChange& change : history.changes) list.add("li").text(change.text);
  }
  const auto of_parts = std::ranges::count_if(
      history.series, [](const TrendSeries& series) { return !series.host.empty(); });
  if (of_parts == 0) section.add("p").text("No part is worse than in its past.");
  if (history.left_out > 0) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} more are lower than in their past.", count(history.left_out)));
  }
  if (history.series.empty()) return;
  const Element charts = section.add("div", {{"class", "charts"}});
  for (const TrendSeries& series : history.series) one_series(charts, series, history);
}

}  // namespace plumbline
