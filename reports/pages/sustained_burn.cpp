#include "reports/pages/sustained_burn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "reports/evaluation/series.h"
#include "reports/pages/line_chart.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::string_view family = "gpu_compute.";
constexpr std::array columns = {
    "sustained",    "sustained_clock", "sustained_power", "sustained_temperature",
    "power_capped", "software_slowed", "hardware_slowed"};

/// By the GPU's subject: its findings in the order of `columns`, null where there is none.
struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};
using Row = std::array<const Finding*, columns.size()>;
using Rows = std::map<std::string, Row, NaturalLess>;

std::string type_of(const Finding& f) {
  const auto found = f.params.find("dtype");
  return found == f.params.end() ? "" : found->second;
}

void value_cell(const Element& row, const Finding* f, bool as_share) {
  if (f == nullptr || !f->value) {
    number_cell(row, "");
    return;
  }
  const std::string text = as_share ? fmt::format("{:.0f}\u00A0%", 100 * *f->value)
                                    : value_with_unit(*f->value, f->unit);
  const Element cell = row.add("td", {{"class", "number"}});
  cell.add("a", {{"href", '#' + finding_anchor(*f)}}).text(text);
}

void one_table(const Element& into, const std::string& type, const Rows& rows) {
  {
    const Element title = into.add("h4");
    title.text("Sustained by all GPUs at once");
    if (!type.empty()) title.text(", ").add("span", {{"class", "code"}}).text(type);
  }
  const SortableTable table(into, "",
                            {{"GPU"},
                             {"Verdict"},
                             {"Sustained", true},
                             {"Expected", true},
                             {"Clock", true},
                             {"Power", true},
                             {"Hottest", true},
                             {"Power cap", true},
                             {"Heat, software", true},
                             {"Heat, hardware", true}});
  for (const auto& [gpu, row_findings] : rows) {
    const Element row = table.body.add("tr");
    text_cell(row, gpu);
    const Finding* sustained = row_findings[0];
    {
      const Element cell = row.add("td");
      if (sustained != nullptr) badge(cell, sustained->verdict);
    }
    value_cell(row, sustained, false);
    number_cell(row, sustained == nullptr ? "" : expected(*sustained));
    for (std::size_t i = 1; i < columns.size(); ++i) value_cell(row, row_findings[i], i > 3);
  }
}

/// Mean of the second half, which counts; nothing if nothing of it is known.
std::optional<double> end_of(const BurnCurve& curve) {
  double sum = 0;
  std::size_t known = 0;
  for (std::size_t i = curve.values.size() / 2; i < curve.values.size(); ++i) {
    if (!curve.values[i]) continue;
    sum += *curve.values[i];
    ++known;
  }
  return known == 0 ? std::nullopt : std::optional(sum / static_cast<double>(known));
}

/// GPUs whose products end much below those of the middle one.
std::set<std::string> behind(const std::vector<const BurnCurve*>& curves) {
  constexpr double much = 0.03;
  std::vector<double> ends;
  for (const BurnCurve* curve : curves) {
    if (const auto end = end_of(*curve)) ends.push_back(*end);
  }
  std::set<std::string> subjects;
  if (ends.empty()) return subjects;
  const auto middle = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 2);
  std::ranges::nth_element(ends, middle);
  for (const BurnCurve* curve : curves) {
    const auto end = end_of(*curve);
    if (end && *end <= (1 - much) * *middle) subjects.insert(curve->subject);
  }
  return subjects;
}

/// What is drawn of a burn, from what it came to down to what explains it.
struct Quantity {
  std::string_view metric;
  const char* title;
};
constexpr std::array quantities = {
    Quantity{"gpu_compute.sustained", "Sustained"},
    Quantity{"gpu_compute.sustained_clock", "Clock"},
    Quantity{"gpu_compute.sustained_power", "Power"},
    Quantity{"gpu_compute.sustained_temperature", "Temperature"},
};

void one_chart(const Element& into, const std::string& what, const std::string& work,
               const std::vector<const BurnCurve*>& curves, const std::set<std::string>& apart) {
  LineChart chart;
  chart.title = fmt::format("{} over time, {}", what, work);
  chart.unit = curves.front()->unit;
  chart.along = ChartAxis::seconds;
  chart.scale = ChartScale::around;
  for (const BurnCurve* one : curves) {
    Curve curve;
    curve.name = one->subject;
    curve.is_context = !apart.contains(one->subject);
    for (std::size_t i = 0; i < one->values.size(); ++i) {
      const double at = (static_cast<double>(i) + 0.5) * one->step_s;
      if (one->values[i]) curve.points.push_back({at, *one->values[i], ""});
    }
    if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
  }
  if (chart.curves.empty()) return;
  const Element figure = into.add("figure");
  {
    const Element caption = figure.add("figcaption");
    caption.add("b").text(what + " over time");
    caption.text(" ").add("span", {{"class", "work"}}).text(work);
    caption.add("span", {{"class", "unit"}})
        .text(
            fmt::format("by seconds, means over {} s each; in colour: whose products end 3 % below "
                        "the others",
                        format_number(curves.front()->step_s)));
  }
  line_chart(figure, chart);
}

}  // namespace

bool is_of_sustained_burn(std::string_view metric) {
  return metric.starts_with(family) &&
         std::ranges::find(columns, metric.substr(family.size())) != columns.end();
}

void sustained_burn(const Element& into, std::span<const Finding* const> findings,
                    std::span<const BurnCurve* const> curves) {
  std::map<std::string, Rows> by_type;
  for (const Finding* f : findings) {
    if (!is_of_sustained_burn(f->metric)) continue;
    const auto column = std::ranges::find(columns, f->metric.substr(family.size()));
    Row& row = by_type[type_of(*f)].try_emplace(f->subject, Row{}).first->second;
    row[static_cast<std::size_t>(column - columns.begin())] = f;
  }
  std::map<std::string, std::map<std::string_view, std::vector<const BurnCurve*>>> by_work;
  for (const BurnCurve* curve : curves) {
    if (curve->values.size() > 1) by_work[curve->work][curve->metric].push_back(curve);
  }
  for (const auto& [type, rows] : by_type) one_table(into, type, rows);
  for (auto& [work, by_metric] : by_work) {
    const std::set<std::string> apart = behind(by_metric[quantities.front().metric]);
    for (const Quantity& quantity : quantities) {
      std::vector<const BurnCurve*>& members = by_metric[quantity.metric];
      if (members.empty()) continue;
      std::ranges::stable_sort(members, [](const BurnCurve* a, const BurnCurve* b) {
        return natural_less(a->subject, b->subject);
      });
      one_chart(into, quantity.title, work, members, apart);
    }
  }
}

}  // namespace plumbline
