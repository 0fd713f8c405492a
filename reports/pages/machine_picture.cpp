#include "reports/pages/machine_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "reports/evaluation/series.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/table.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

using html::Element;

// Pixels.
constexpr double box_width = 118, box_height = 38, row_height = 19, gap = 8, margin = 10;
constexpr double head_height = 24;

using Devices = std::span<const Device* const>;
using Findings = std::span<const Finding* const>;

/// The worst of what was found about a device itself; nothing if that is as it should be.
std::optional<Verdict> trouble_of(const std::string& subject, Findings findings) {
  std::optional<Verdict> worst;
  for (const Finding* f : findings) {
    const bool is_own =
        f->subject == subject && (f->peer.empty() || f->peer.find('/') != std::string::npos);
    if (!is_own || !needs_attention(f->verdict)) continue;
    worst = std::max(worst.value_or(f->verdict), f->verdict);
  }
  return worst;
}

/// And of paths between devices of one kind: "gpu", "numa".
std::optional<Verdict> trouble_between(std::string_view kind, Findings findings) {
  std::optional<Verdict> worst;
  for (const Finding* f : findings) {
    const std::string path = path_of(*f);
    const std::size_t arrow = path.find('>');
    if (arrow == std::string::npos || !needs_attention(f->verdict)) continue;
    if (!path.starts_with(kind) || path.compare(arrow + 1, kind.size(), kind) != 0) continue;
    worst = std::max(worst.value_or(f->verdict), f->verdict);
  }
  return worst;
}

/// Of each GPU the EFA devices that the topology says are nearest.
std::map<std::string, std::vector<std::string>> nearest_of(Findings findings) {
  std::map<std::string, std::vector<std::string>> nearest;
  for (const Finding* f : findings) {
    if (f->metric != "topology.gpu.nearest_efa") continue;
    std::istringstream words(f->text);
    for (std::string word; words >> word;) nearest[f->subject].push_back(word);
  }
  return nearest;
}

/// GPUs that share their nearest EFA devices.
struct Group {
  std::vector<const Device*> gpus;
  std::vector<std::string> nics;

  double width() const {
    return std::max<double>(1, static_cast<double>(gpus.size())) * (box_width + gap) - gap;
  }
};

struct Panel {
  const Device* numa = nullptr;
  std::uint64_t number = 0;
  std::vector<Group> groups;
  std::map<std::string, std::size_t> others;  ///< devices of other kinds: how many

  double width() const {
    double width = 0;
    for (const Group& group : groups) width += group.width() + 2 * gap;
    return std::max(width, 2 * box_width) + 2 * margin - gap;
  }
};

bool in_natural_order(const Device* a, const Device* b) {
  return natural_less(a->subject, b->subject);
}

std::vector<Panel> panels_of(Devices devices, Findings findings) {
  const auto nearest = nearest_of(findings);
  std::map<std::uint64_t, Panel> by_number;
  std::vector<const Device*> sorted(devices.begin(), devices.end());
  std::ranges::stable_sort(sorted, in_natural_order);
  const auto panel_of = [&](const Device& d) -> Panel& {
    Panel& panel = by_number[d.numa_node.value_or(0)];
    panel.number = d.numa_node.value_or(0);
    return panel;
  };
  for (const Device* d : sorted) {
    if (d->kind == "numa") panel_of(*d).numa = d;
    if (d->kind != "gpu") continue;
    Panel& panel = panel_of(*d);
    const auto near = nearest.find(d->subject);
    const auto nics = near == nearest.end() ? std::vector<std::string>() : near->second;
    const auto same = std::ranges::find_if(
        panel.groups, [&](const Group& g) { return !nics.empty() && g.nics == nics; });
    if (same != panel.groups.end()) {
      same->gpus.push_back(d);
    } else {
      panel.groups.push_back({{d}, nics});
    }
  }
  for (const Device* d : sorted) {
    const bool is_drawn =
        d->kind == "numa" || d->kind == "gpu" || d->kind == "package" || d->kind == "bridge" ||
        (d->kind == "efa" && std::ranges::any_of(nearest, [&](const auto& of_gpu) {
           return std::ranges::find(of_gpu.second, d->subject) != of_gpu.second.end();
         }));
    if (!is_drawn) ++panel_of(*d).others[d->kind];
  }
  std::vector<Panel> panels;
  for (auto& [number, panel] : by_number) panels.push_back(std::move(panel));
  return panels;
}

void box(const Element& svg, double x, double y, double width, double height, const char* css,
         const std::string& name, const std::string& below, std::optional<Verdict> trouble) {
  const Element group =
      svg.add("g", {{"class", trouble ? fmt::format("part {} {}", css, verdict_class(*trouble))
                                      : fmt::format("part {}", css)}});
  {
    const Element rect =
        group.add("rect", {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"rx", 2}});
    rect.add("title").text(trouble ? fmt::format("{}: {}", name, verdict_names[*trouble]) : name);
  }
  const bool two_lines = !below.empty();
  group
      .add("text", {{"x", x + width / 2},
                    {"y", y + height / 2 + (two_lines ? -2.0 : 4.0)},
                    {"text-anchor", "middle"}})
      .text(name);
  if (two_lines) {
    group
        .add("text", {{"class", "below"},
                      {"x", x + width / 2},
                      {"y", y + height / 2 + 12},
                      {"text-anchor", "middle"}})
        .text(below);
  }
  if (trouble) {
    group.add("use", {{"href", fmt::format("#shape-{}", verdict_class(*trouble).substr(2))},
                      {"x", x + 5},
                      {"y", y + height / 2 - 5},
                      {"width", 10},
                      {"height", 10}});
  }
}

/// Rates between GPUs over their links: the slowest and the fastest pair, as one sentence.
std::string links_text(Findings findings) {
  const Finding *slowest = nullptr, *fastest = nullptr;
  for (const Finding* f : findings) {
    if (f->metric != "nvlink.write" || !f->value) continue;
    const auto by = f->params.find("by");
    if (by != f->params.end() && by->second != "engine") continue;
    if (slowest == nullptr || *f->value < *slowest->value) slowest = f;
    if (fastest == nullptr || *f->value > *fastest->value) fastest = f;
  }
  if (slowest == nullptr) return "";
  return fmt::format("between GPUs: {} {} \u2013 {} {}", path_of(*slowest),
                     person_number(*slowest->value), path_of(*fastest),
                     value_with_unit(*fastest->value, fastest->unit));
}

std::string others_text(const Panel& panel) {
  std::string text;
  for (const auto& [kind, number] : panel.others) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, kind);
  }
  return text;
}

std::string short_name(const std::string& name) {
  const std::size_t open = name.find('[');
  const std::size_t close = name.find(']');
  std::string text = open != std::string::npos && close != std::string::npos && open < close
                         ? name.substr(open + 1, close - open - 1)
                         : name;
  if (text.starts_with("NVIDIA ")) text.erase(0, 7);
  return text.size() > 19 ? text.substr(0, 18) + "\u2026" : text;
}

void draw_panel(const Element& svg, const Panel& panel, double left, double top, double height,
                Findings findings) {
  const std::string name = panel.numa ? panel.numa->subject : fmt::format("numa{}", panel.number);
  const auto trouble = trouble_of(name, findings);
  svg.add("rect", {{"class", "panel"},
                   {"x", left},
                   {"y", top},
                   {"width", panel.width()},
                   {"height", height},
                   {"rx", 3}});
  std::string title = panel.numa ? fmt::format("{}  {}", name, panel.numa->name) : name;
  if (trouble) title += fmt::format("  {}", verdict_names[*trouble]);
  svg.add("text", {{"class", "title"}, {"x", left + margin}, {"y", top + 16}}).text(title);
  double x = left + margin;
  for (const Group& group : panel.groups) {
    const double width = group.width();
    double y = top + head_height;
    double gpu_x = x;
    for (const Device* gpu : group.gpus) {
      box(svg, gpu_x, y, box_width, box_height, "gpu", gpu->subject, short_name(gpu->name),
          trouble_of(gpu->subject, findings));
      gpu_x += box_width + gap;
    }
    y += box_height;
    for (const std::string& nic : group.nics) {
      y += 3;
      box(svg, x, y, width, row_height - 3, "efa", nic, "", trouble_of(nic, findings));
      y += row_height - 3;
    }
    x += width + 2 * gap;
  }
  svg.add("text", {{"class", "below"}, {"x", left + margin}, {"y", top + height - 7}})
      .text(others_text(panel));
}

}  // namespace

void machine_picture(const Element& into, Devices devices, Findings findings) {
  const std::vector<Panel> panels = panels_of(devices, findings);
  double width = 0, rows = 0;
  bool any_group = false;
  for (const Panel& panel : panels) {
    width += panel.width() + gap;
    for (const Group& group : panel.groups) {
      any_group = true;
      rows = std::max(rows, box_height + row_height * static_cast<double>(group.nics.size()));
    }
  }
  if (!any_group) return;  // a table says it as well
  const double height = head_height + rows + 24;
  const std::string links = links_text(findings);
  const double link_height = links.empty() ? 0 : 30;
  const Element figure = into.add("figure");
  figure.add("figcaption").add("b").text("What is in it");
  const Element plot = figure.add("div", {{"class", "plot"}});
  const Element svg = plot.add(
      "svg", {{"class", "machine"},
              {"viewBox", fmt::format("0 0 {} {}", html::coordinate(width),
                                      html::coordinate(height + link_height + 2))},
              {"role", "img"},
              {"aria-label", "NUMA nodes, their GPUs, and the EFA devices nearest to each GPU"}});
  if (!links.empty()) {
    box(svg, 1, 1, width - gap - 2, 20, "links", links, "", trouble_between("gpu", findings));
  }
  double x = 1;
  for (const Panel& panel : panels) {
    draw_panel(svg, panel, x, 1 + link_height, height, findings);
    x += panel.width() + gap;
  }
}

void gpu_nic_table(const Element& into, Devices devices, Findings findings) {
  const auto nearest = nearest_of(findings);
  std::vector<const Device*> gpus, nics;
  for (const Device* d : devices) {
    if (d->kind == "gpu") gpus.push_back(d);
    if (d->kind == "efa") nics.push_back(d);
  }
  if (gpus.empty() || nics.empty() || nearest.empty()) return;
  std::ranges::stable_sort(gpus, in_natural_order);
  std::ranges::stable_sort(nics, in_natural_order);
  // The most that a NIC wrote from the memory of its GPU.
  std::map<std::string, const Finding*> written;
  for (const Finding* f : findings) {
    const auto memory = f->params.find("memory");
    const bool is_of_gpu = memory != f->params.end() && memory->second == "gpu";
    if (f->metric != "efa.write" || !is_of_gpu || !f->value) continue;
    const Finding*& fastest = written[f->subject];
    if (fastest == nullptr || *f->value > *fastest->value) fastest = f;
  }
  const Element figure =
      into.add("details", {{"class", "fold near-map"}, {"open", !written.empty()}});
  {
    const Element caption = figure.add("summary");
    caption.text("EFA devices by GPU")
        .add("span", {{"class", "unit"}})
        .text(written.empty() ? "\u25CF nearest, \u00B7 same NUMA node"
                              : "GB/s from the memory of the nearest GPU, \u00B7 same NUMA node");
  }
  const Element scroll = figure.add("div", {{"class", "scroll"}});
  const Element table = scroll.add("table");
  {
    const Element head = table.add("thead");
    const Element row = head.add("tr");
    row.add("th");
    for (const Device* gpu : gpus) row.add("th", {{"scope", "col"}}).text(gpu->subject);
  }
  const Element body = table.add("tbody");
  for (const Device* nic : nics) {
    const Element row = body.add("tr");
    row.add("th", {{"scope", "row"}, {"class", "code"}}).text(nic->subject);
    for (const Device* gpu : gpus) {
      const auto near = nearest.find(gpu->subject);
      const bool is_near = near != nearest.end() &&
                           std::ranges::find(near->second, nic->subject) != near->second.end();
      const bool same_numa = nic->numa_node && nic->numa_node == gpu->numa_node;
      const Element cell = row.add("td", {{"class", is_near     ? "near"
                                                    : same_numa ? "numa"
                                                                : "far"}});
      const auto rate = written.find(nic->subject);
      if (is_near && rate != written.end()) {
        cell.add("a", {{"href", '#' + finding_anchor(*rate->second)}})
            .text(person_number(*rate->second->value));
      } else {
        cell.text(is_near ? "\u25CF" : same_numa ? "\u00B7" : "");
      }
    }
  }
}

}  // namespace plumbline
