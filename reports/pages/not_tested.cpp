#include <fmt/format.h>

#include <algorithm>

#include "reports/pages/fleet_table.h"
#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t most_groups = 100;
constexpr std::size_t named_nodes = 200;

void absent_nodes(const Evidence& evidence, const Element& section) {
  std::vector<std::string> absent;
  for (const NodeVerdict& node : all_nodes(evidence)) {
    if (findings_of(node) == 0) absent.push_back(node.host);
  }
  if (absent.empty()) return;
  section.add("h3").text("Nodes without any result");
  const Element line = section.add("p", {{"class", "names"}});
  line.text(fmt::format("{} of the manifest: ", count_of(absent.size(), "node")));
  for (std::size_t i = 0; i < std::min(absent.size(), named_nodes); ++i) {
    if (i != 0) line.text(", ");
    line.add("span", {{"class", "host"}}).text(absent[i]);
  }
  if (absent.size() > named_nodes) {
    line.text(fmt::format(" and {} more; they stand in nodes.csv as INCOMPLETE",
                          count(absent.size() - named_nodes)));
  }
}

void groups(const Evidence& evidence, const Element& section) {
  if (evidence.troubles.empty()) return;
  std::vector<const Trouble*> order;
  for (const Trouble& trouble : evidence.troubles) order.push_back(&trouble);
  std::ranges::stable_sort(order, [](const Trouble* a, const Trouble* b) {
    const auto rank = [](const Trouble* t) {
      return std::pair(t->what == "failed" ? 2 : t->what == "skipped" ? 1 : 0, t->hosts);
    };
    return rank(a) > rank(b);
  });
  section.add("h3").text("What happened, over all hosts");
  {
    const SortableTable table(
        section, "",
        {{"What"}, {"Metric"}, {"Hosts", true}, {"Rows", true}, {"Reason that the rows give"}});
    for (std::size_t i = 0; i < std::min(order.size(), most_groups); ++i) {
      const Trouble& trouble = *order[i];
      const Element row =
          table.body.add("tr", {{"class", trouble.what == "failed" ? "unwell" : "well"}});
      text_cell(row, trouble.what);
      row.add("td", {{"class", "metric"}}).text(trouble.metric);
      number_cell(row, count(trouble.hosts), static_cast<double>(trouble.hosts));
      number_cell(row, count(trouble.rows), static_cast<double>(trouble.rows));
      row.add("td", {{"class", "why"}}).text(trouble.note);
    }
  }
  if (order.size() > most_groups) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} more kinds stand in measurements.csv.",
                          count(order.size() - most_groups)));
  }
}

FleetTable series_table(const Evidence& evidence) {
  const auto texts = [&](std::string TroubledSeries::*part) {
    std::vector<std::string> values;
    for (const TroubledSeries& series : evidence.troubled) values.push_back(series.*part);
    return values;
  };
  std::vector<double> verdicts, rows;
  for (const TroubledSeries& series : evidence.troubled) {
    verdicts.push_back(static_cast<double>(series.verdict));
    rows.push_back(static_cast<double>(series.rows));
  }
  FleetTable table("troubled", "measurement");
  table.numbers({"verdict", "Verdict", Look::verdict, 8.6}, std::move(verdicts));
  table.texts({.name = "host", .title = "Host", .width = 10, .link = "node", .key = "host"},
              texts(&TroubledSeries::host));
  table.texts({.name = "what", .title = "What", .width = 10, .choice = true},
              texts(&TroubledSeries::what));
  table.texts(
      {.name = "metric", .title = "Metric", .look = Look::code, .width = 14, .choice = true},
      texts(&TroubledSeries::metric));
  table.texts({.name = "subject", .title = "Subject", .width = 8}, texts(&TroubledSeries::path));
  table.texts({.name = "work", .title = "Work", .width = 8}, texts(&TroubledSeries::work));
  table.numbers({"rows", "Rows", Look::count, 4}, std::move(rows));
  table.texts({.name = "note", .title = "Why"}, texts(&TroubledSeries::note));
  table.texts({"finding", ""}, texts(&TroubledSeries::finding));
  return table;
}

}  // namespace

void render_not_tested(const Evidence& evidence, const Element& section) {
  const Totals totals = totals_of(evidence);
  section.add("p", {{"class", "lead"}})
      .text(
          "What should have been measured and was not, what could not be decided, and what was not "
          "steady. None of it is counted as a pass.");
  if (totals.nodes_without_rows == 0 && evidence.troubles.empty() && evidence.troubled.empty()) {
    section.add("p").text(
        "Nothing: every row has a value, was steady, and every finding is decided.");
    return;
  }
  absent_nodes(evidence, section);
  groups(evidence, section);
  if (evidence.troubled.empty()) return;
  section.add("h3").text("Measurement by measurement");
  series_table(evidence).render(section);
  if (evidence.all_troubled > evidence.troubled.size()) {
    section.add("p", {{"class", "left-out"}})
        .text(fmt::format("{} of {} are listed; measurements.csv has all rows.",
                          count(evidence.troubled.size()), count(evidence.all_troubled)));
  }
}

}  // namespace plumbline
