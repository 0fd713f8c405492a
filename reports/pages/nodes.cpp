#include <fmt/format.h>

#include <algorithm>

#include "reports/pages/pages.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

void tally(const Element& row, std::uint64_t number) {
  row.add("td", {{"class", number == 0 ? "number zero" : "number"}})
      .text(number == 0 ? "\u00B7" : count(number));
}

std::string place_of(const ManifestEntry& entry) {
  std::string text;
  for (const std::string& part :
       {entry.instance_id, entry.az, entry.network_node_1, entry.network_node_2,
        entry.network_node_3, entry.network_node_4}) {
    if (!part.empty()) text += (text.empty() ? "" : " \u203A ") + part;
  }
  return text;
}

}  // namespace

void render_nodes(const Evidence& evidence, const Element& section) {
  std::vector<NodeVerdict> nodes = all_nodes(evidence);
  std::ranges::stable_sort(
      nodes, [](const NodeVerdict& a, const NodeVerdict& b) { return a.outcome > b.outcome; });
  section.add("p", {{"class", "lead"}})
      .text(fmt::format(
          "One line for each node that should be there{}. A node without results is never "
          "accepted.",
          evidence.manifest_source.empty() ? "" : " (" + evidence.manifest_source + ")"));
  const SortableTable table(section, "",
                            {{"Verdict"},
                             {"Host"},
                             {"Type"},
                             {"Fail", true},
                             {"Missing", true},
                             {"Undecided", true},
                             {"Warn", true},
                             {"Unjudged", true},
                             {"Pass", true},
                             {"Why"}});
  for (const NodeVerdict& node : nodes) {
    const Element row = table.body.add("tr");
    {
      const Element cell = row.add("td", {{"data-sort", static_cast<int>(node.outcome)}});
      badge(cell, node.outcome);
    }
    {
      const Element cell = row.add("td", {{"class", "host"}});
      cell.add("a", {{"href", '#' + node_anchor(node.host)}}).text(node.host);
    }
    text_cell(row, node.instance_type);
    for (const Verdict verdict : {Verdict::fail, Verdict::missing, Verdict::inconclusive,
                                  Verdict::warn, Verdict::unjudged, Verdict::pass}) {
      tally(row, count_of(node, verdict));
    }
    const Element why = row.add("td", {{"class", "why"}});
    prose(why, node.reason);
    const auto entry = std::ranges::find(evidence.manifest, node.host, &ManifestEntry::host);
    if (evidence.manifest.size() < 100 && entry != evidence.manifest.end() &&
        !place_of(*entry).empty()) {
      why.add("div", {{"class", "work"}}).text(place_of(*entry));
    }
  }
}

}  // namespace plumbline
