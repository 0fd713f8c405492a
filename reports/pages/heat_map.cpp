#include "reports/pages/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr int shades = 8;  // classes heat-0 ... heat-7 of the style sheet, the last is the best

/// The best value of the map: what a full shade means.
double best_of(const HeatMap& map) {
  double best = 0;
  bool any = false;
  for (const Finding* cell : map.cells) {
    if (cell == nullptr || !cell->value) continue;
    const double value = *cell->value;
    best = !any                            ? value
           : cell->better == Better::lower ? std::min(best, value)
                                           : std::max(best, value);
    any = true;
  }
  return best;
}

/// 0 (worst) ... 7: the share of the best value.
int shade(const Finding& cell, double best) {
  if (*cell.value <= 0 || best <= 0) return 0;
  const double share = cell.better == Better::lower ? best / *cell.value : *cell.value / best;
  return std::clamp(static_cast<int>(share * shades), 0, shades - 1);
}

void cell(const Element& row, const Finding* finding, double best) {
  if (finding == nullptr) {
    row.add("td", {{"class", "heat-none"}}).text("\u2013");
    return;
  }
  const std::string css =
      finding->value
          ? fmt::format("heat-{} {}", shade(*finding, best), verdict_class(finding->verdict))
          : fmt::format("heat-none {}", verdict_class(finding->verdict));
  const Element td = row.add("td", {{"class", css}});
  const Element link =
      td.add("a", {{"href", '#' + finding_anchor(*finding)}, {"title", finding->sentence}});
  if (finding->verdict != Verdict::pass && finding->verdict != Verdict::unjudged) {
    const Element svg = link.add("svg", {{"class", "shape"},
                                         {"viewBox", "0 0 12 12"},
                                         {"role", "img"},
                                         {"aria-label", verdict_names[finding->verdict]}});
    svg.add("use", {{"href", fmt::format("#shape-{}", verdict_class(finding->verdict).substr(2))}});
  }
  link.text(finding->value ? person_number(*finding->value) : "none");
}

void cells(const Element& figure, const HeatMap& map) {
  const double best = best_of(map);
  const Element scroll = figure.add("div", {{"class", "scroll"}});
  const Element table = scroll.add("table");
  {
    const Element head = table.add("thead");
    const Element row = head.add("tr");
    row.add("th", {{"class", "corner"}})
        .text(map.row_title + " \u2193  " + map.column_title + " \u2192");
    for (const std::string& column : map.columns) row.add("th", {{"scope", "col"}}).text(column);
  }
  const Element body = table.add("tbody");
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const Element row = body.add("tr");
    row.add("th", {{"scope", "row"}}).text(map.rows[r]);
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      cell(row, map.cells[r * map.columns.size() + c], best);
    }
  }
}

}  // namespace

void heat_map(const Element& into, const HeatMap& map) {
  const Element figure = into.add("figure", {{"class", "heat-map"}});
  {
    const Element caption = figure.add("figcaption");
    caption.add("b").text(map.title);
    caption.add("span", {{"class", "unit"}}).text(map.unit);
  }
  cells(figure, map);
}

void heat_map_legend(const Element& into) {
  const Element line = into.add("p", {{"class", "legend"}});
  line.add("span").text("the best value of its table");
  {
    const Element scale = line.add("span", {{"class", "shades"}, {"aria-hidden", "true"}});
    for (int i = shades - 1; i >= 0; --i) scale.add("i", {{"class", fmt::format("heat-{}", i)}});
  }
  line.add("span").text("an eighth of it and less (where lower is better: eight times and more)");
}

}  // namespace plumbline
