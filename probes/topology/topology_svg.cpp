#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probes/node/locality.h"
#include "probes/topology/picture_layout.h"
#include "probes/topology/svg_writer.h"
#include "probes/topology/views.h"

namespace plumbline {
namespace {

// The colours of the kinds are those of Okabe and Ito, which colour-blind readers can tell apart;
// every box also says in words what it is.
constexpr const char* style = R"(
text{font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;font-size:12px;fill:#1b1f24}
.paper{fill:#ffffff}
.title{font-size:23px;font-weight:650}
.head{font-size:15px;font-weight:650}
.soft{fill:#57606a}
.small{font-size:11px}
.mono{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,monospace;font-size:11px}
.strong{font-weight:650;font-size:13px}
.warn{fill:#a23b00;font-weight:650}
.speed{font-size:11px;font-weight:600}
.tag{fill:#f6f8fa}
.rule{stroke:#d0d7de}
.column{fill:#f6f8fa;stroke:#d0d7de}
.card{fill:#ffffff;stroke:#afb8c1}
.bar{fill:#6e7781}
.link{stroke:#8c959f}
.unknown{stroke:#8c959f;stroke-dasharray:3 3}
.spine{stroke:#6e7781;fill:none}
.near{stroke:#0072b2;fill:none;stroke-width:1.8px}
.dot{fill:#0072b2}
.gpu{fill:#009e73}.nvswitch{fill:#cc79a7}.efa{fill:#0072b2}.nic{fill:#56b4e9}.nvme{fill:#e69f00}.ebs{fill:#f0e442}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.paper{fill:#0d1117}
.soft{fill:#9aa4af}
.warn{fill:#ff9d66}
.tag{fill:#161b22}
.rule{stroke:#30363d}
.column{fill:#161b22;stroke:#30363d}
.card{fill:#0d1117;stroke:#4b535d}
.bar{fill:#8b949e}
.link,.unknown{stroke:#7d8590}
.spine{stroke:#8b949e}
.near{stroke:#56b4e9}
.dot{fill:#56b4e9}
}
)";

/// Proportional to the bandwidth, so that a link of a quarter of the rate looks like it.
double stroke_of(const Link& link) { return std::clamp(link.gb_per_s * 0.14, 1.2, 16.0); }

std::string rate_of(const Link& link) { return fmt::format("{:.1f}", link.gb_per_s); }

std::string short_address(const PciAddress& address) {
  const std::string whole = to_string(address);
  return address.domain == 0 ? whole.substr(5) : whole;
}

double bar_x(const PictureColumn& column, unsigned depth) {
  return column.x + picture::first_bar + depth * picture::depth_step;
}

class Picture {
 public:
  Picture(const Node& node, const ViewTitle& title)
      : node_(node),
        title_(title),
        outline_(outline_of(node)),
        layout_(layout_of(node, outline_)) {}

  std::string draw() {
    title();
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) column(layout_.columns[i]);
    distances();
    const double height = legend();
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\">\n<title>{2}</title>\n"
        "<desc>{3}</desc>\n<style>{4}</style>\n"
        "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{5}</svg>\n",
        width(), height, xml_escaped(title_.instance_type + ": " + title_.host),
        xml_escaped(summary()), style, svg_.elements());
  }

 private:
  double width() const { return std::max(layout_.width, 700.0); }

  std::string summary() const {
    std::vector<std::string> words = {
        fmt::format("{} package{}", node_.packages.size(), node_.packages.size() == 1 ? "" : "s")};
    if (!node_.cores.empty()) words.push_back(fmt::format("{} cores", node_.cores.size()));
    words.push_back(fmt::format("{} threads", node_.cpus.size()));
    words.push_back(format_memory(node_.memory_bytes()));
    for (const std::string& count : device_counts(node_)) words.push_back(count);
    return fmt::format("{}", fmt::join(words, "  ·  "));
  }

  void title() {
    svg_.text("title", picture::margin, 38, title_.instance_type);
    svg_.text("soft small", width() - picture::margin, 38, title_.host + ", " + title_.source,
              "end");
    svg_.text("", picture::margin, 62, summary());
  }

  // ---- Columns

  void column(const PictureColumn& column) {
    svg_.box("column", column.x, column.y, layout_.column_width, column.height, 8);
    header(column);
    const double rule_y = column.y + picture::header_height - 10;
    if (!column.roots.empty()) {
      svg_.line("rule", column.x, rule_y, column.x + layout_.column_width, rule_y, 1);
      const double x = column.x + 22;
      svg_.line("spine", x, rule_y, x, column.roots.back().middle(), 1);
    }
    for (const BranchBar& root : column.roots) {
      svg_.line("spine", column.x + 22, root.middle(), bar_x(column, 0), root.middle(), 1);
      bar(column, root);
    }
    for (const AffinityBracket& found : column.brackets) bracket(column, found);
  }

  void header(const PictureColumn& column) {
    const double x = column.x + picture::column_padding;
    const double end = column.x + layout_.column_width - picture::column_padding;
    const double room = layout_.column_width - 2 * picture::column_padding;
    if (column.numa == nullptr) {
      svg_.text("head", x, column.y + 25, "NUMA node not reported");
      svg_.text("small soft", x, column.y + 44, "The machine does not say where these hang.");
      return;
    }
    const NumaNode& numa = *column.numa;
    svg_.text("head", x, column.y + 25, fmt::format("NUMA node {}", numa.os_index));
    svg_.text("head", end, column.y + 25, format_memory(numa.memory_bytes), "end");
    std::vector<std::string> words;
    for (const Package& package : node_.packages) {
      const bool here = std::find(package.cpus.begin(), package.cpus.end(), numa.cpus.front()) !=
                        package.cpus.end();
      if (here) words.push_back(fmt::format("package {}", package.os_index));
    }
    if (!node_.cores.empty()) {
      words.push_back(fmt::format("{} cores", numa.one_cpu_per_core.size()));
    }
    words.push_back(fmt::format("{} threads", numa.cpus.size()));
    words.push_back("CPUs " + format_cpu_list(numa.cpus));
    svg_.text("small", x, column.y + 43,
              fitted(fmt::format("{}", fmt::join(words, "  ·  ")), room, 11, false));
    words.clear();
    if (numa.last_level_cache_bytes != 0) {
      words.push_back("last-level cache " + format_memory(numa.last_level_cache_bytes));
    }
    if (!node_.cpu_model.empty()) words.push_back(node_.cpu_model);
    for (const NumaNode& other : node_.numa_nodes) {
      if (!other.has_cpus() && nearest_with_cpus(other) == &numa) {
        words.push_back(
            fmt::format("{} {} without CPUs", other.subject(), format_memory(other.memory_bytes)));
      }
    }
    svg_.text("small soft", x, column.y + 59,
              fitted(fmt::format("{}", fmt::join(words, "  ·  ")), room, 11, false));
  }

  /// By distance; the first of the nodes with CPUs where distances are unknown.
  const NumaNode* nearest_with_cpus(const NumaNode& memory) const {
    const NumaNode* best = nullptr;
    unsigned best_distance = 0;
    for (std::size_t i = 0; i < node_.numa_nodes.size(); ++i) {
      if (!node_.numa_nodes[i].has_cpus()) continue;
      const unsigned distance = memory.distances.empty() ? 0 : memory.distances[i];
      if (best == nullptr || distance < best_distance) {
        best = &node_.numa_nodes[i];
        best_distance = distance;
      }
    }
    return best;
  }

  void bar(const PictureColumn& column, const BranchBar& bar_to_draw) {
    const double x = bar_x(column, bar_to_draw.depth);
    for (const DeviceBox& box : bar_to_draw.boxes) {
      link(box.link, x + picture::bar_width, column.x + layout_.device_x, box.middle(),
           column.x + layout_.device_x - picture::link_length / 2);
      device(column, box);
    }
    for (const BranchBar& below : bar_to_draw.switches) {
      const double to = bar_x(column, below.depth);
      link(below.link, x + picture::bar_width, to, below.middle(),
           (x + picture::bar_width + to) / 2);
      bar(column, below);
    }
    svg_.text("mono soft", x, bar_to_draw.caption_y + 11, bar_to_draw.caption);
    svg_.box("bar", x, bar_to_draw.y, picture::bar_width, bar_to_draw.height);
  }

  void link(const Link& link, double from, double to, double y, double label_x) {
    if (!link.known()) {
      svg_.line("unknown", from, y, to, y, 1.2);
      return;
    }
    svg_.line("link", from, y, to, y, stroke_of(link));
    speed("tag", link, label_x, y);
  }

  /// The rate, on a patch that interrupts its link.
  void speed(std::string_view patch, const Link& link, double x, double y) {
    const std::string rate = rate_of(link);
    const double room = static_cast<double>(rate.size()) * 7.2 + 5;
    svg_.box(patch, x - room / 2, y - 8, room, 16, 0);
    svg_.text("speed", x, y + 4, rate, "middle");
  }

  void device(const PictureColumn& column, const DeviceBox& box) {
    const double x = column.x + layout_.device_x;
    const double end = x + picture::device_width - 8;
    const PciDevice& first = box.first();
    svg_.open_group(tooltip(box));
    svg_.box("card", x, box.y, picture::device_width, box.height);
    svg_.box(device_kind_names[first.kind], x, box.y, 7, box.height, 2);
    if (first.kind == DeviceKind::gpu) {
      gpu(first, box, x + 15, end);
    } else {
      const double y = box.y + 14.5;
      svg_.text("small", x + 15, y, kind_title(first.kind));
      const std::string right = box.devices.size() == 1 ? short_address(first.address) : "";
      std::string name = box.devices.size() == 1
                             ? first.subject
                             : fmt::format("{} x  {} … {}", box.devices.size(), first.subject,
                                           box.devices.back()->subject);
      if (first.size_bytes != 0) name += "  " + format_disk(first.size_bytes);
      svg_.text("mono", x + 55, y, fitted(name, end - x - 55 - (right.empty() ? 0 : 60), 11, true));
      svg_.text("mono soft", end, y, right, "end");
    }
    svg_.close_group();
  }

  void gpu(const PciDevice& gpu, const DeviceBox& box, double x, double end) {
    svg_.text("strong", x, box.y + 16, gpu.subject);
    if (!gpu.name.empty()) {
      svg_.text("small", x + 43, box.y + 16, fitted(product_of(gpu), end - x - 105, 11, false));
    }
    svg_.text("mono soft", end, box.y + 16, short_address(gpu.address), "end");
    const bool efa_somewhere = !node_.devices_of(DeviceKind::efa).empty();
    const Nearest found = nearest(node_, gpu, DeviceKind::efa);
    if (efa_somewhere && found.by > Nearness::root_bus) {
      svg_.text("small warn", x, box.y + 31, "no EFA below its root");
      return;
    }
    std::string words = to_string(gpu.id);
    if (box.link.generation != 0) {
      words += fmt::format("  Gen{} x{}", box.link.generation, box.link.width);
    }
    svg_.text("mono soft", x, box.y + 31, words);
  }

  std::string tooltip(const DeviceBox& box) const {
    std::string text;
    for (const PciDevice* device : box.devices) {
      if (!text.empty()) text += '\n';
      text += fmt::format("{} {} {} {} link {}", device->subject, to_string(device->address),
                          to_string(device->id), device->name, to_string(box.link));
    }
    return text;
  }

  void bracket(const PictureColumn& column, const AffinityBracket& found) {
    const double from = column.x + layout_.device_x + picture::device_width;
    const double x = from + 8 + found.lane * picture::lane_width;
    std::vector<double> ends = found.gpus;
    ends.insert(ends.end(), found.efas.begin(), found.efas.end());
    const auto [top, bottom] = std::minmax_element(ends.begin(), ends.end());
    svg_.path("near", fmt::format("M{:.1f} {:.1f}V{:.1f}", x, *top, *bottom));
    for (const double y : ends) {
      svg_.path("near", fmt::format("M{:.1f} {:.1f}H{:.1f}", from, y, x));
    }
    for (const double y : found.gpus) svg_.box("dot", from - 3, y - 3, 6, 6);
  }

  /// Between neighbours in a row of columns.
  void distances() {
    for (std::size_t i = 1; i < layout_.columns.size(); ++i) {
      const PictureColumn &left = layout_.columns[i - 1], &right = layout_.columns[i];
      if (left.y != right.y || left.numa == nullptr || right.numa == nullptr) continue;
      if (left.numa->distances.empty()) continue;
      const auto to = static_cast<std::size_t>(right.numa - node_.numa_nodes.data());
      const double y = left.y + picture::header_height / 2;
      svg_.line("spine", left.x + layout_.column_width, y, right.x, y, 2);
      const double x = (left.x + layout_.column_width + right.x) / 2;
      svg_.text("small soft", x, y - 8, "distance", "middle");
      svg_.text("small", x, y + 17, std::to_string(left.numa->distances[to]), "middle");
    }
  }

  /// Returns the height of the whole picture.
  double legend() {
    double y = layout_.columns_end + 34;
    double x = picture::margin;
    for (const DeviceKind kind : {DeviceKind::gpu, DeviceKind::nvswitch, DeviceKind::efa,
                                  DeviceKind::nic, DeviceKind::nvme, DeviceKind::ebs}) {
      if (node_.devices_of(kind).empty()) continue;
      svg_.box(device_kind_names[kind], x, y - 10, 7, 13, 2);
      svg_.text("small", x + 13, y, kind_title(kind));
      x += 76;
    }
    if (has_brackets()) {
      svg_.path("near", fmt::format("M{:.1f} {:.1f}h8v12h-8", x, y - 10));
      svg_.box("dot", x - 3, y - 13, 6, 6);
      svg_.text("small", x + 17, y, "GPU (dot) and the EFA devices nearest to it");
    }
    y += 26;
    x = picture::margin;
    svg_.text("small", x, y, "PCIe links, GB/s per direction:");
    x += 186;
    for (const Link& link :
         {Link{3.9, 0, 0}, Link{15.8, 0, 0}, Link{31.5, 0, 0}, Link{63.0, 0, 0}}) {
      svg_.line("link", x, y - 4, x + 64, y - 4, stroke_of(link));
      speed("paper", link, x + 32, y - 4);
      x += 82;
    }
    svg_.line("unknown", x, y - 4, x + 40, y - 4, 1.2);
    svg_.text("small", x + 48, y, "not reported");
    return y + 26;
  }

  bool has_brackets() const {
    return std::any_of(layout_.columns.begin(), layout_.columns.end(),
                       [](const PictureColumn& column) { return !column.brackets.empty(); });
  }

  const Node& node_;
  const ViewTitle& title_;
  Outline outline_;
  PictureLayout layout_;
  SvgWriter svg_;
};

}  // namespace

std::string topology_svg(const Node& node, const ViewTitle& title) {
  return Picture(node, title).draw();
}

}  // namespace plumbline
