#include "reports/pages/rate_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

double greatest(const std::vector<const Finding*>& findings) {
  double most = 0;
  for (const Finding* finding : findings) {
    most =
        std::max({most, finding->value.value_or(0), parse_number(finding->expected).value_or(0)});
  }
  return most;
}

void bar(const Element& cell, const Finding& finding, double scale) {
  const Element svg = cell.add("svg", {{"class", "bar"},
                                       {"viewBox", "0 0 240 14"},
                                       {"preserveAspectRatio", "none"},
                                       {"aria-hidden", "true"}});
  svg.add("rect", {{"class", verdict_class(finding.verdict)},
                   {"x", 0.0},
                   {"y", 3.0},
                   {"width", *finding.value * scale},
                   {"height", 8.0}});
  if (const auto reference = parse_number(finding.expected)) {
    const double x = *reference * scale;
    svg.add("path", {{"class", "expected"}, {"d", fmt::format("M{:.1f} 0V14", x)}});
  }
}

}  // namespace

void rate_bars(const Element& into, std::span<const Finding* const> findings) {
  std::map<std::string, std::vector<const Finding*>> by_unit;
  for (const Finding* finding : findings) by_unit[finding->unit].push_back(finding);
  for (const auto& [unit, members] : by_unit) {
    const double most = greatest(members);
    const double scale = most > 0 ? 238 / most : 0;
    const Element figure = into.add("figure", {{"class", "bars"}});
    {
      const Element caption = figure.add("figcaption");
      caption.add("b").text("Measured");
      caption.add("span", {{"class", "unit"}}).text(unit);
    }
    const Element scroll = figure.add("div", {{"class", "scroll"}});
    const Element table = scroll.add("table");
    const Element body = table.add("tbody");
    for (const Finding* finding : members) {
      const Element row = body.add("tr");
      {
        const Element name = row.add("th", {{"scope", "row"}});
        name.add("a", {{"href", '#' + finding_anchor(*finding)}}).text(finding->metric);
        name.text(" ").add("b").text(path_of(*finding));
        const std::string work = work_of(*finding);
        if (!work.empty()) name.text(" ").add("span", {{"class", "work"}}).text(work);
      }
      row.add("td", {{"class", "number"}}).text(person_number(*finding->value));
      const Element cell = row.add("td", {{"class", "bar-cell"}});
      bar(cell, *finding, scale);
    }
  }
}

}  // namespace plumbline
