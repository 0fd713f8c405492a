#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/evaluation/series.h"
#include "reports/html/column_table.h"
#include "reports/pages/heat_map.h"
#include "reports/pages/line_chart.h"
#include "reports/pages/machine_picture.h"
#include "reports/pages/pages.h"
#include "reports/pages/rate_bars.h"
#include "reports/pages/sustained_burn.h"
#include "reports/pages/table.h"
#include "reports/pages/totals.h"
#include "reports/pages/value_data.h"
#include "reports/pages/wording.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

constexpr std::size_t most_nodes = 16;    // with whole pages of their own
constexpr std::size_t worst_of_many = 4;  // of more nodes
constexpr std::size_t curve_sizes = 4;    // from so many sizes on a metric is a curve

/// The two ends of a path; the second is empty for a single subject.
struct Ends {
  std::string from, to;
};

Ends ends_of(const Finding& finding) {
  const std::string path = path_of(finding);
  const std::size_t arrow = path.find('>');
  if (arrow == std::string::npos) return {path, ""};
  return {path.substr(0, arrow), path.substr(arrow + 1)};
}

struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const { return natural_less(a, b); }
};

using Findings = std::vector<const Finding*>;

/// Quantities of one metric that differ in subject and size only.
std::string family_of(const Finding& finding) {
  std::string text = finding.metric;
  Params params = finding.params;
  params.erase("round");  // each pair meets in one round of a tournament
  if (!params.empty()) text += ", " + format_params(params);
  return text;
}

std::size_t distinct_sizes(const Findings& findings) {
  std::set<std::uint64_t> sizes;
  for (const Finding* finding : findings) sizes.insert(finding->bytes);
  return sizes.size();
}

void curve(const Element& section, const std::string& family, const Findings& findings) {
  std::map<std::string, Curve, NaturalLess> by_path;
  for (const Finding* finding : findings) {
    if (finding->bytes == 0 || *finding->value <= 0) continue;
    Curve& one = by_path[path_of(*finding)];
    one.name = path_of(*finding);
    one.points.push_back({static_cast<double>(finding->bytes), *finding->value,
                          fmt::format("{}, {}: {}", one.name, format_bytes(finding->bytes),
                                      value_with_unit(*finding->value, finding->unit))});
  }
  std::vector<Curve> curves;
  for (auto& [path, one] : by_path) {
    std::ranges::sort(one.points, {}, &CurvePoint::x);
    curves.push_back(std::move(one));
  }
  if (curves.empty()) return;
  const Element figure = section.add("figure");
  {
    const Element caption = figure.add("figcaption");
    caption.add("b").text(family);
    caption.add("span", {{"class", "unit"}}).text(findings.front()->unit + " by size");
  }
  line_chart(figure, family, findings.front()->unit, curves);
}

/// "CPUs of" numa0 reach "memory of" numa1; other devices have no such words.
std::pair<std::string, std::string> roles(const std::string& metric) {
  if (metric.starts_with("host_memory")) return {"CPU", "memory"};
  return {"from", "to"};
}

bool matrix(const Element& section, const std::string& title, const Findings& findings) {
  std::set<std::string, NaturalLess> rows, columns;
  for (const Finding* finding : findings) {
    const Ends ends = ends_of(*finding);
    if (ends.to.empty()) return false;
    rows.insert(ends.from);
    columns.insert(ends.to);
  }
  const std::size_t cells = rows.size() * columns.size();
  if (cells < 2 || 2 * findings.size() < cells) return false;  // mostly empty
  HeatMap map;
  map.title = title;
  map.unit = findings.front()->unit;
  std::tie(map.row_title, map.column_title) = roles(findings.front()->metric);
  map.rows.assign(rows.begin(), rows.end());
  map.columns.assign(columns.begin(), columns.end());
  map.cells.resize(map.rows.size() * map.columns.size());
  for (const Finding* finding : findings) {
    const Ends ends = ends_of(*finding);
    const auto r =
        static_cast<std::size_t>(std::ranges::find(map.rows, ends.from) - map.rows.begin());
    const auto c =
        static_cast<std::size_t>(std::ranges::find(map.columns, ends.to) - map.columns.begin());
    map.cells[r * map.columns.size() + c] = finding;
  }
  heat_map(section, map);
  return true;
}

/// What was measured: curves over sizes, matrices of pairs, and the rest as bars.
void quantities(const Element& section, const Findings& findings) {
  std::map<std::string, Findings> families;
  for (const Finding* finding : findings) {
    const bool drawn = finding->value && finding->better != Better::exact &&
                       !finding->metric.starts_with("runner.") &&
                       !is_of_sustained_burn(finding->metric);
    if (drawn) families[family_of(*finding)].push_back(finding);
  }
  Findings rest;
  std::vector<std::pair<std::string, Findings>> curves;
  bool any_matrix = false;
  {
    const Element matrices = section.add("div", {{"class", "matrices"}});
    for (const auto& [family, members] : families) {
      if (distinct_sizes(members) >= curve_sizes) {
        curves.emplace_back(family, members);
        continue;
      }
      std::map<std::uint64_t, Findings> by_size;
      for (const Finding* finding : members) by_size[finding->bytes].push_back(finding);
      for (const auto& [bytes, same] : by_size) {
        const std::string title = bytes == 0 ? family : family + ", " + format_bytes(bytes);
        if (matrix(matrices, title, same)) {
          any_matrix = true;
        } else {
          rest.insert(rest.end(), same.begin(), same.end());
        }
      }
    }
  }
  if (any_matrix) heat_map_legend(section);
  if (!rest.empty()) rate_bars(section, rest);
  for (const auto& [family, members] : curves) curve(section, family, members);
}

void shape(const Element& section, const Findings& findings) {
  Findings facts;
  for (const Finding* finding : findings) {
    if (finding->better == Better::exact) facts.push_back(finding);
  }
  if (facts.empty()) return;
  const bool long_list = facts.size() > 16;
  const Element details = long_list ? section.add("details", {{"class", "fold"}})
                                    : section.add("div", {{"class", "fold"}});
  const std::string title = fmt::format("Shape and settings: {}", count_of(facts.size(), "fact"));
  if (long_list) {
    details.add("summary").text(title);
  } else {
    details.add("h4").text(title);
  }
  const SortableTable table(
      details, "", {{"Verdict"}, {"Fact"}, {"Subject"}, {"Found", true}, {"Expected", true}});
  for (const Finding* finding : facts) {
    const Element row = table.body.add("tr");
    {
      const Element cell = row.add("td", {{"data-sort", -static_cast<int>(finding->verdict)}});
      badge(cell, finding->verdict);
    }
    {
      const Element cell = row.add("td", {{"class", "metric"}});
      cell.add("a", {{"href", '#' + finding_anchor(*finding)}}).text(finding->metric);
      const std::string work = work_of(*finding);
      if (!work.empty()) cell.text(" ").add("span", {{"class", "work"}}).text(work);
    }
    text_cell(row, path_of(*finding));
    const std::string value = found(*finding);
    number_cell(row, value.empty() ? "\u2013" : value);
    number_cell(row, expected(*finding));
  }
}

void devices(const Element& section, const std::vector<const Device*>& all) {
  if (all.empty()) return;
  const bool long_list = all.size() > 16;
  const Element details = long_list ? section.add("details", {{"class", "fold"}})
                                    : section.add("div", {{"class", "fold"}});
  const std::string title = "Devices: " + std::to_string(all.size());
  if (long_list) {
    details.add("summary").text(title);
  } else {
    details.add("h4").text(title);
  }
  const SortableTable table(
      details, "",
      {{"Subject"}, {"Kind"}, {"Name"}, {"PCI address"}, {"NUMA", true}, {"Serial"}, {"UUID"}});
  for (const Device* device : all) {
    const Element row = table.body.add("tr");
    text_cell(row, device->subject);
    text_cell(row, device->kind);
    text_cell(row, device->name);
    row.add("td", {{"class", "code"}}).text(device->pci_address);
    number_cell(row, device->numa_node ? std::to_string(*device->numa_node) : "");
    row.add("td", {{"class", "code"}}).text(device->serial);
    row.add("td", {{"class", "code"}}).text(device->uuid);
  }
}

void one_node(const Element& section, const Evidence& evidence, const NodeVerdict& node,
              const std::map<std::string, Findings>& findings) {
  const Element article =
      section.add("article", {{"class", "node"}, {"id", node_anchor(node.host)}});
  {
    const Element title = article.add("h3");
    badge(title, node.outcome);
    title.add("span", {{"class", "host"}}).text(node.host);
    title.add("span", {{"class", "type"}}).text(node.instance_type);
  }
  if (!node.reason.empty()) prose(article.add("p"), node.reason);
  std::vector<const Device*> own;
  for (const Device& device : evidence.devices) {
    if (device.host == node.host) own.push_back(&device);
  }
  const auto found = findings.find(node.host);
  if (found != findings.end()) {
    machine_picture(article, own, found->second);
    quantities(article, found->second);
    std::vector<const BurnCurve*> burns;
    for (const BurnCurve& curve : evidence.burns) {
      if (curve.host == node.host) burns.push_back(&curve);
    }
    sustained_burn(article, found->second, burns);
    gpu_nic_table(article, own, found->second);
    shape(article, found->second);
  }
  devices(article, own);
}

/// What the script shows of a node that has no page of its own.
void node_data(const Element& section, const Evidence& evidence) {
  section.add("div", {{"class", "view"}, {"id", "node-view"}, {"hidden"}});
  html::ColumnTable table;
  const auto texts = [&](std::string_view name, auto&& text) {
    std::vector<std::string> values;
    values.reserve(evidence.devices.size());
    for (const Device& device : evidence.devices) values.push_back(text(device));
    table.texts(name, std::span<const std::string>(values));
  };
  texts("host", [](const Device& device) { return device.host; });
  texts("subject", [](const Device& device) { return device.subject; });
  texts("kind", [](const Device& device) { return device.kind; });
  texts("name", [](const Device& device) { return device.name; });
  texts("pci_address", [](const Device& device) { return device.pci_address; });
  texts("numa_node", [](const Device& device) {
    return device.numa_node ? std::to_string(*device.numa_node) : "";
  });
  texts("serial", [](const Device& device) { return device.serial; });
  texts("uuid", [](const Device& device) { return device.uuid; });
  if (!evidence.devices.empty()) section.data("devices", table.encoded());
  host_data(section, evidence);
  value_data(section, evidence.values);
}

void what_many_have(const Element& section, const Evidence& evidence, std::size_t shown) {
  std::string text = fmt::format("The {} nodes with the worst verdicts of {} stand here in full. ",
                                 shown, count(evidence.nodes.size()));
  text +=
      "Every node has an address, #node=HOST, that opens it here (on a screen, with scripts): its "
      "place, its findings and ";
  text += evidence.values.worst_of_metric
              ? "the worst value of each metric"
              : "what it measured beside what is expected and what the others have";
  text += "; its devices where it has findings. Everything else stands in the tables of the run.";
  section.add("p", {{"class", "left-out"}}).text(text);
}

}  // namespace

void render_node(const Evidence& evidence, const Element& section) {
  std::vector<NodeVerdict> nodes = all_nodes(evidence);
  std::ranges::stable_sort(
      nodes, [](const NodeVerdict& a, const NodeVerdict& b) { return a.outcome > b.outcome; });
  const bool many = nodes.size() > most_nodes;
  if (many) nodes.resize(worst_of_many);
  std::map<std::string, Findings> findings;
  for (const JudgedFinding& judged : evidence.findings) {
    findings[judged.finding.host].push_back(&judged.finding);
  }
  if (many) {
    what_many_have(section, evidence, nodes.size());
    node_data(section, evidence);
  }
  for (const NodeVerdict& node : nodes) one_node(section, evidence, node, findings);
}

}  // namespace plumbline
