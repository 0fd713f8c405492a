#include "probes/topology/picture_layout.h"

#include <algorithm>
#include <map>

#include "probes/node/locality.h"

namespace plumbline {
namespace {

constexpr double caption_height = 17;
constexpr double box_gap = 5;
constexpr double branch_gap = 14;
constexpr std::size_t columns_per_row = 2;

double height_of(DeviceKind kind) { return kind == DeviceKind::gpu ? 38 : 21; }

/// More than so many of a kind below one bar are one box.
std::size_t most_boxes(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nic:
    case DeviceKind::ebs:
      return 2;
    case DeviceKind::nvme:
      return 4;
    default:
      return 64;
  }
}

std::vector<DeviceBox> boxes_of(const std::vector<OutlineDevice>& devices) {
  std::map<DeviceKind, std::size_t> counts;
  for (const OutlineDevice& entry : devices) ++counts[entry.device->kind];
  std::vector<DeviceBox> boxes;
  for (const OutlineDevice& entry : devices) {
    const DeviceKind kind = entry.device->kind;
    const bool joins = counts[kind] > most_boxes(kind) && !boxes.empty() &&
                       boxes.back().first().kind == kind && boxes.back().link == entry.link;
    if (!joins) boxes.push_back({{}, entry.link, 0, height_of(kind)});
    boxes.back().devices.push_back(entry.device);
  }
  return boxes;
}

/// Places a branch with its caption at `y`.
BranchBar place(const OutlineBranch& branch, unsigned depth, double y) {
  BranchBar bar;
  bar.caption = (depth == 0 ? "root " : "switch ") + branch.buses;
  if (branch.buses.empty()) bar.caption = "no bridge known";
  bar.link = branch.link;
  bar.depth = depth;
  bar.caption_y = y;
  bar.y = y + caption_height;
  bar.boxes = boxes_of(branch.devices);
  double end = bar.y;
  for (DeviceBox& box : bar.boxes) {
    if (end != bar.y) end += box_gap;
    box.y = end;
    end += box.height;
  }
  for (const OutlineBranch& below : branch.switches) {
    // The captions of the first bars stand side by side.
    const double from = end == bar.y ? y : end + branch_gap - box_gap;
    bar.switches.push_back(place(below, depth + 1, from));
    end = bar.switches.back().y + bar.switches.back().height;
  }
  bar.height = end - bar.y;
  return bar;
}

unsigned deepest(const BranchBar& bar) {
  unsigned depth = bar.depth;
  for (const BranchBar& below : bar.switches) depth = std::max(depth, deepest(below));
  return depth;
}

void collect(const BranchBar& bar, std::map<const PciDevice*, double>& middles) {
  for (const DeviceBox& box : bar.boxes) {
    for (const PciDevice* device : box.devices) middles[device] = box.middle();
  }
  for (const BranchBar& below : bar.switches) collect(below, middles);
}

std::vector<AffinityBracket> brackets_of(const Node& node, const BranchBar& root) {
  std::map<const PciDevice*, double> middles;
  collect(root, middles);
  std::map<std::vector<const PciDevice*>, AffinityBracket> by_efas;
  for (const PciDevice* gpu : node.devices_of(DeviceKind::gpu)) {
    if (!middles.contains(gpu)) continue;
    const Nearest found = nearest(node, *gpu, DeviceKind::efa);
    if (found.by > Nearness::root_bus) continue;
    AffinityBracket& bracket = by_efas[found.devices];
    bracket.gpus.push_back(middles[gpu]);
    if (bracket.efas.empty()) {
      for (const PciDevice* efa : found.devices) bracket.efas.push_back(middles[efa]);
    }
  }
  std::vector<AffinityBracket> brackets;
  for (auto& [efas, bracket] : by_efas) brackets.push_back(std::move(bracket));
  const auto top = [](const AffinityBracket& b) {
    return std::min(b.gpus.front(), b.efas.front());
  };
  const auto end = [](const AffinityBracket& b) { return std::max(b.gpus.back(), b.efas.back()); };
  std::sort(brackets.begin(), brackets.end(),
            [&](const AffinityBracket& a, const AffinityBracket& b) { return top(a) < top(b); });
  std::vector<double> lane_ends;
  for (AffinityBracket& bracket : brackets) {
    while (bracket.lane < lane_ends.size() && lane_ends[bracket.lane] >= top(bracket)) {
      ++bracket.lane;
    }
    lane_ends.resize(std::max<std::size_t>(lane_ends.size(), bracket.lane + 1));
    lane_ends[bracket.lane] = end(bracket);
  }
  return brackets;
}

/// The roots of one column, stacked below its header.
void fill(const Node& node, const std::vector<const OutlineBranch*>& roots, PictureColumn& column) {
  double y = column.y + picture::header_height;
  for (const OutlineBranch* root : roots) {
    column.roots.push_back(place(*root, 0, y));
    const BranchBar& bar = column.roots.back();
    y = bar.y + bar.height + branch_gap;
    for (AffinityBracket& bracket : brackets_of(node, bar)) {
      column.brackets.push_back(std::move(bracket));
    }
  }
  column.height = y - column.y;
}

}  // namespace

PictureLayout layout_of(const Node& node, const Outline& outline) {
  OutlineBranch loose;
  loose.devices = outline.loose;
  std::map<std::optional<unsigned>, std::vector<const OutlineBranch*>> roots;
  for (const OutlineBranch& root : outline.roots) roots[root.numa_node].push_back(&root);
  if (!loose.devices.empty()) roots[std::nullopt].push_back(&loose);

  PictureLayout layout;
  for (const NumaNode& numa : node.numa_nodes) {
    if (!numa.has_cpus()) continue;
    layout.columns.emplace_back().numa = &numa;
  }
  if (roots.contains(std::nullopt) || layout.columns.empty()) layout.columns.emplace_back();

  unsigned depth = 0, lanes = 0;
  double row_y = picture::title_height;
  for (std::size_t first = 0; first < layout.columns.size(); first += columns_per_row) {
    const std::size_t end = std::min(first + columns_per_row, layout.columns.size());
    double row_height = 0;
    for (std::size_t i = first; i < end; ++i) {
      PictureColumn& column = layout.columns[i];
      column.y = row_y;
      const auto key =
          column.numa != nullptr ? std::optional<unsigned>(column.numa->os_index) : std::nullopt;
      fill(node, roots[key], column);
      row_height = std::max(row_height, column.height);
      for (const BranchBar& root : column.roots) depth = std::max(depth, deepest(root));
      for (const AffinityBracket& bracket : column.brackets) {
        lanes = std::max(lanes, bracket.lane + 1);
      }
    }
    for (std::size_t i = first; i < end; ++i) layout.columns[i].height = row_height;
    row_y += row_height + branch_gap * 2;
  }
  layout.columns_end = row_y - branch_gap * 2;
  layout.device_x =
      picture::first_bar + depth * picture::depth_step + picture::bar_width + picture::link_length;
  layout.column_width = layout.device_x + picture::device_width + lanes * picture::lane_width +
                        picture::column_padding + (lanes != 0 ? 4 : 0);
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    layout.columns[i].x = picture::margin + static_cast<double>(i % columns_per_row) *
                                                (layout.column_width + picture::column_gap);
  }
  const auto across = static_cast<double>(std::min(columns_per_row, layout.columns.size()));
  layout.width =
      2 * picture::margin + across * layout.column_width + (across - 1) * picture::column_gap;
  return layout;
}

}  // namespace plumbline
