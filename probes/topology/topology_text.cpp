#include <fmt/format.h>

#include <algorithm>

#include "probes/node/locality.h"
#include "probes/node/pci_path.h"
#include "probes/topology/outline.h"
#include "probes/topology/views.h"

namespace plumbline {
namespace {

/// Columns that are as wide as their widest cell; the last one is not filled up.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += fmt::format("{:<{}}  ", row[i], widths[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string numa_word(std::optional<unsigned> numa) {
  return numa ? "numa" + std::to_string(*numa) : "-";
}

std::string numa_table(const Node& node) {
  TextTable table({"NUMA", "CPUs", "cores", "memory", "LLC", "distances", "GPU", "EFA", "NVMe"});
  for (const NumaNode& numa : node.numa_nodes) {
    const auto near = [&](DeviceKind kind) {
      std::size_t count = 0;
      for (const PciDevice* device : node.devices_of(kind)) {
        if (device->numa_node == numa.os_index) ++count;
      }
      return std::to_string(count);
    };
    const bool cpus = numa.has_cpus();
    table.add({numa.subject(), cpus ? format_cpu_list(numa.cpus) : "none",
               node.cores.empty() || !cpus ? "-" : std::to_string(numa.one_cpu_per_core.size()),
               format_memory(numa.memory_bytes),
               numa.last_level_cache_bytes == 0 ? "-" : format_memory(numa.last_level_cache_bytes),
               numa.distances.empty() ? "-" : fmt::format("{}", fmt::join(numa.distances, " ")),
               near(DeviceKind::gpu), near(DeviceKind::efa), near(DeviceKind::nvme)});
  }
  return table.text();
}

/// "rdmap79s0 .. rdmap82s0 (4)" for more than two.
std::string in_short(const std::vector<const PciDevice*>& devices) {
  if (devices.size() <= 2) return subjects_of(devices);
  return fmt::format("{} .. {} ({})", devices.front()->subject, devices.back()->subject,
                     devices.size());
}

std::string gpu_table(const Node& node) {
  const bool efa = !node.devices_of(DeviceKind::efa).empty();
  std::vector<std::string> header = {"GPU", "PCI address", "NUMA", "link", "to the host"};
  if (efa) {
    header.insert(header.end(), {"nearest EFA", "by"});
  }
  TextTable table(std::move(header));
  for (const PciDevice* gpu : node.devices_of(DeviceKind::gpu)) {
    std::vector<std::string> row = {
        gpu->subject, to_string(gpu->address), numa_word(gpu->numa_node),
        to_string(link_under_load(node, *gpu)), to_string(narrowest_link_to_host(node, *gpu))};
    if (efa) {
      const Nearest found = nearest(node, *gpu, DeviceKind::efa);
      row.push_back(in_short(found.devices));
      row.emplace_back(nearness_names[found.by]);
    }
    table.add(std::move(row));
  }
  return table.text();
}

/// Devices of one kind on links of one speed, next to each other: one line of the tree.
struct Bundle {
  std::vector<const PciDevice*> devices;
  Link link;
};

std::vector<Bundle> bundles(const std::vector<OutlineDevice>& devices) {
  std::vector<Bundle> made;
  for (const OutlineDevice& entry : devices) {
    const DeviceKind kind = entry.device->kind;
    const bool joins = !made.empty() && kind != DeviceKind::gpu &&
                       made.back().devices.back()->kind == kind && made.back().link == entry.link &&
                       made.back().devices.back()->size_bytes == entry.device->size_bytes;
    if (!joins) made.push_back({{}, entry.link});
    made.back().devices.push_back(entry.device);
  }
  return made;
}

std::string names(const std::vector<const PciDevice*>& devices) {
  std::string text;
  for (const PciDevice* device : devices) {
    if (!text.empty()) text += ' ';
    text += device->subject;
    const bool disk = device->kind == DeviceKind::nvme || device->kind == DeviceKind::ebs;
    if (disk && !device->os_names.empty()) text += " (" + device->os_names.front() + ')';
  }
  return text;
}

std::string line_of(const Bundle& bundle) {
  const PciDevice& first = *bundle.devices.front();
  std::string what = kind_title(first.kind);
  if (bundle.devices.size() > 1) what = std::to_string(bundle.devices.size()) + ' ' + what;
  std::string line = fmt::format("{:<7} {}", what, names(bundle.devices));
  if (bundle.devices.size() == 1) line += ' ' + to_string(first.address);
  if (bundle.link.known()) {
    line += fmt::format("  {}{}", bundle.devices.size() > 1 ? "each " : "", to_string(bundle.link));
  }
  if (first.size_bytes != 0) line += "  " + format_disk(first.size_bytes);
  if (first.kind == DeviceKind::gpu) line += "  " + product_of(first);
  return line;
}

void add_branch(const OutlineBranch& branch, const std::string& indent, std::string& text) {
  const std::vector<Bundle> lines = bundles(branch.devices);
  const std::size_t count = lines.size() + branch.switches.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    text += indent + (last ? "└─ " : "├─ ");
    if (i < lines.size()) {
      text += line_of(lines[i]) + '\n';
      continue;
    }
    const OutlineBranch& below = branch.switches[i - lines.size()];
    text += fmt::format("switch {}{}\n", below.buses,
                        below.link.known() ? "  " + to_string(below.link) + " up" : "");
    add_branch(below, indent + (last ? "   " : "│  "), text);
  }
}

std::string pci_tree(const Outline& outline) {
  std::string text;
  for (const OutlineBranch& root : outline.roots) {
    text += fmt::format("root {}  {}\n", root.buses,
                        root.numa_node ? numa_word(root.numa_node) : "NUMA node not reported");
    add_branch(root, "", text);
  }
  for (const Bundle& bundle : bundles(outline.loose)) text += line_of(bundle) + '\n';
  if (outline.left_out != 0) {
    text += fmt::format("not shown: {} other PCI function{}\n", outline.left_out,
                        outline.left_out == 1 ? "" : "s");
  }
  return text;
}

std::string counted(std::size_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

std::string topology_text(const Node& node, const ViewTitle& title) {
  std::string text = fmt::format("{}  {} ({})\n", title.instance_type, title.host, title.source);
  std::vector<std::string> summary = {counted(node.packages.size(), "package")};
  if (!node.cores.empty()) summary.push_back(counted(node.cores.size(), "core"));
  summary.push_back(counted(node.cpus.size(), "thread"));
  summary.push_back(format_memory(node.memory_bytes()));
  for (const std::string& count : device_counts(node)) summary.push_back(count);
  text += fmt::format("{}\n", fmt::join(summary, ", "));
  if (!node.cpu_model.empty()) text += node.cpu_model + '\n';
  for (const auto& [key, value] : title.imds) text += fmt::format("{}: {}\n", key, value);
  text += '\n' + numa_table(node);
  if (!node.devices_of(DeviceKind::gpu).empty()) text += '\n' + gpu_table(node);
  const std::string tree = pci_tree(outline_of(node));
  if (!tree.empty()) text += '\n' + tree;
  return text;
}

}  // namespace plumbline
