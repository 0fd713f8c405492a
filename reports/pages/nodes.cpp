#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "reports/pages/fleet_table.h"
#include "reports/pages/pages.h"
#include "reports/pages/totals.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

/// The switch that a node hangs on: the lowest one that is known.
std::string leaf_of(const ManifestEntry& entry) {
  for (const std::string* part : {&entry.network_node_4, &entry.network_node_3,
                                  &entry.network_node_2, &entry.network_node_1}) {
    if (!part->empty()) return *part;
  }
  return {};
}

FleetTable node_table(const Evidence& evidence, const std::vector<NodeVerdict>& nodes) {
  std::unordered_map<std::string_view, const ManifestEntry*> places;
  bool any_leaf = false;
  for (const ManifestEntry& entry : evidence.manifest) {
    places.emplace(entry.host, &entry);
    any_leaf |= !leaf_of(entry).empty();
  }
  const auto texts = [&](auto&& text) {
    std::vector<std::string> values;
    values.reserve(nodes.size());
    for (const NodeVerdict& node : nodes) values.push_back(text(node));
    return values;
  };
  const auto numbers = [&](auto&& number) {
    std::vector<double> values;
    values.reserve(nodes.size());
    for (const NodeVerdict& node : nodes) values.push_back(static_cast<double>(number(node)));
    return values;
  };
  const auto place = [&](std::string ManifestEntry::*part) {
    return texts([&](const NodeVerdict& node) {
      const auto found = places.find(node.host);
      return found == places.end() ? std::string() : found->second->*part;
    });
  };
  FleetTable table("nodes", "node");
  table.numbers({"verdict", "Verdict", Look::outcome, 8},
                numbers([](const NodeVerdict& node) { return node.outcome; }));
  table.texts({.name = "host", .title = "Host", .width = 11, .link = "node", .key = "host"},
              texts([](const NodeVerdict& node) { return node.host; }));
  const bool one_type = std::ranges::all_of(nodes, [&](const NodeVerdict& node) {
    return node.instance_type == nodes.front().instance_type;
  });
  table.texts(
      {.name = "instance_type", .title = one_type ? "" : "Type", .width = 8, .choice = true},
      texts([](const NodeVerdict& node) { return node.instance_type; }));
  if (any_leaf) {
    table.texts({.name = "leaf", .title = "Leaf", .width = 6.5, .choice = true},
                texts([&](const NodeVerdict& node) {
                  const auto found = places.find(node.host);
                  return found == places.end() ? std::string() : leaf_of(*found->second);
                }));
  }
  struct Counted {
    const char* name;
    const char* title;
    Verdict verdict;
    double width;
  };
  for (const Counted& column : {Counted{"fail", "Fail", Verdict::fail, 4},
                                {"missing", "Missing", Verdict::missing, 5.4},
                                {"inconclusive", "Undecided", Verdict::inconclusive, 6.4},
                                {"warn", "Warn", Verdict::warn, 4.6},
                                {"unjudged", "Unjudged", Verdict::unjudged, 6},
                                {"pass", "Pass", Verdict::pass, 4.4}}) {
    const auto of_node = [&](const NodeVerdict& node) { return count_of(node, column.verdict); };
    const bool any =
        std::ranges::any_of(nodes, [&](const NodeVerdict& n) { return of_node(n) > 0; });
    table.numbers({column.name, any ? column.title : "", Look::count, column.width},
                  numbers(of_node));
  }
  table.texts({.name = "reason", .title = "Why"},
              texts([](const NodeVerdict& node) { return node.reason; }));
  table.texts({"instance_id", ""}, place(&ManifestEntry::instance_id));
  table.texts({"az", ""}, place(&ManifestEntry::az));
  table.texts({"network_node_1", ""}, place(&ManifestEntry::network_node_1));
  table.texts({"network_node_2", ""}, place(&ManifestEntry::network_node_2));
  table.texts({"network_node_3", ""}, place(&ManifestEntry::network_node_3));
  table.texts({"network_node_4", ""}, place(&ManifestEntry::network_node_4));
  return table;
}

}  // namespace

void render_nodes(const Evidence& evidence, const Element& section) {
  std::vector<NodeVerdict> nodes = all_nodes(evidence);
  std::ranges::stable_sort(
      nodes, [](const NodeVerdict& a, const NodeVerdict& b) { return a.outcome > b.outcome; });
  section.add("p", {{"class", "lead"}})
      .text(fmt::format(
          "One line for each node that should be there{}, the worst first. A node without results "
          "is never accepted.",
          evidence.manifest_source.empty() ? "" : " (" + evidence.manifest_source + ")"));
  node_table(evidence, nodes).render(section);
}

}  // namespace plumbline
