#include <fmt/format.h>

#include <algorithm>

#include "probes/virtual_node/shape/shape.h"

namespace plumbline::virtual_node {
namespace {

/// hwloc's spelling of a set: 32-bit words, the highest first.
std::string bitmap(const std::vector<unsigned>& indices) {
  std::vector<unsigned> words(1);
  for (const unsigned index : indices) {
    if (index / 32 >= words.size()) words.resize(index / 32 + 1);
    words[index / 32] |= 1U << index % 32;
  }
  std::string text;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    text += fmt::format("{}0x{:08x}", text.empty() ? "" : ",", *word);
  }
  return text;
}

class Writer {
 public:
  explicit Writer(const Shape& machine) : machine_(machine) {}

  std::string write() {
    const std::string sets = sets_of(cpus_of(0, machine_.packages), machine_.numa_nodes);
    open("Machine",
         fmt::format("os_index=\"0\" {} allowed_cpuset=\"{}\" allowed_nodeset=\"{}\"", sets,
                     bitmap(cpus_of(0, machine_.packages)), bitmap(machine_.numa_nodes)));
    info("DMIProductName", machine_.product_name);
    info("DMISysVendor", "Amazon EC2");
    info("HostName", machine_.host);
    info("Architecture", machine_.architecture);
    for (unsigned i = 0; i < machine_.packages; ++i) package(i);
    // Without its NUMA node the package has no place for I/O.
    for (const HostBridge& described : machine_.bridges) {
      if (!has_numa(described.numa)) root(described);
    }
    close();
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
        "<topology version=\"2.0\">\n{}{}</topology>\n",
        text_, distances());
  }

 private:
  bool has_numa(unsigned index) const {
    return std::find(machine_.numa_nodes.begin(), machine_.numa_nodes.end(), index) !=
           machine_.numa_nodes.end();
  }

  std::vector<unsigned> core_cpus(unsigned core) const {
    std::vector<unsigned> cpus;
    for (unsigned thread = 0; thread < machine_.threads_per_core; ++thread) {
      cpus.push_back(core + thread * machine_.packages * machine_.cores_per_package);
    }
    return cpus;
  }

  std::vector<unsigned> cpus_of(unsigned first_package, unsigned end_package) const {
    std::vector<unsigned> cpus;
    for (unsigned core = first_package * machine_.cores_per_package;
         core < end_package * machine_.cores_per_package; ++core) {
      for (const unsigned cpu : core_cpus(core)) cpus.push_back(cpu);
    }
    return cpus;
  }

  static std::string sets_of(const std::vector<unsigned>& cpus,
                             const std::vector<unsigned>& nodes) {
    return fmt::format(
        "cpuset=\"{0}\" complete_cpuset=\"{0}\" nodeset=\"{1}\" complete_nodeset=\"{1}\"",
        bitmap(cpus), bitmap(nodes));
  }

  void open(const char* type, const std::string& attributes) {
    text_ += fmt::format("{:>{}}<object type=\"{}\" gp_index=\"{}\" {}>\n", "", 2 * depth_, type,
                         ++gp_index_, attributes);
    ++depth_;
  }

  void close() {
    --depth_;
    text_ += fmt::format("{:>{}}</object>\n", "", 2 * depth_);
  }

  void leaf(const char* type, const std::string& attributes) {
    open(type, attributes);
    close();
  }

  void info(const char* name, const std::string& value) {
    if (value.empty()) return;
    text_ += fmt::format("{:>{}}<info name=\"{}\" value=\"{}\"/>\n", "", 2 * depth_, name, value);
  }

  void package(unsigned index) {
    const std::vector<unsigned> cpus = cpus_of(index, index + 1);
    std::vector<unsigned> nodes;
    if (has_numa(index)) nodes.push_back(index);
    const std::string sets = sets_of(cpus, nodes);
    open("Package", fmt::format("os_index=\"{}\" {}", index, sets));
    info("CPUModel", machine_.cpu_model);
    if (has_numa(index)) {
      leaf("NUMANode",
           fmt::format("os_index=\"{}\" {} local_memory=\"{}\"", index, sets, machine_.numa_bytes));
    }
    open("L3Cache", sets +
                        " cache_size=\"110100480\" depth=\"3\" cache_linesize=\"64\" "
                        "cache_associativity=\"15\" cache_type=\"0\"");
    for (unsigned i = 0; i < machine_.cores_per_package; ++i) {
      const unsigned core = index * machine_.cores_per_package + i;
      open("Core", fmt::format("os_index=\"{}\" {}", core, sets_of(core_cpus(core), nodes)));
      for (const unsigned cpu : core_cpus(core)) {
        leaf("PU", fmt::format("os_index=\"{}\" {}", cpu, sets_of({cpu}, nodes)));
      }
      close();
    }
    close();
    for (const HostBridge& described : machine_.bridges) {
      if (described.numa == index && has_numa(index)) root(described);
    }
    close();
  }

  void root(const HostBridge& root) {
    open("Bridge",
         fmt::format("bridge_type=\"0-1\" depth=\"0\" bridge_pci=\"0000:[{:02x}-{:02x}]\"",
                     root.first_bus, root.last_bus));
    if (root.switch_gb_per_s) {
      bridge(1, root.first_bus, 0, 0, root.first_bus + 1, root.last_bus, *root.switch_gb_per_s);
      bridge(2, root.first_bus + 1, 0, 0, root.first_bus + 2, root.last_bus, *root.switch_gb_per_s);
      for (unsigned i = 0; i < root.devices.size(); ++i) {
        const PciFunction& below = root.devices[i];
        bridge(3, root.first_bus + 2, i / 8, i % 8, below.bus, below.bus, below.gb_per_s);
        device(below);
        close();
      }
      close();
      close();
    } else {
      for (const PciFunction& below : root.devices) device(below);
    }
    close();
  }

  void bridge(unsigned depth, unsigned bus, unsigned device, unsigned function, unsigned first_bus,
              unsigned last_bus, double gb_per_s) {
    open("Bridge",
         fmt::format("bridge_type=\"1-1\" depth=\"{}\" bridge_pci=\"0000:[{:02x}-{:02x}]\" "
                     "pci_busid=\"0000:{:02x}:{:02x}.{:x}\" "
                     "pci_type=\"0604 [1d0f:0200] [1d0f:0200] 00\" pci_link_speed=\"{:.6f}\"",
                     depth, first_bus, last_bus, bus, device, function, gb_per_s));
  }

  void device(const PciFunction& described) {
    open("PCIDev",
         fmt::format("pci_busid=\"0000:{:02x}:{:02x}.0\" pci_type=\"{}\" "
                     "pci_link_speed=\"{:.6f}\"",
                     described.bus, described.device, described.pci_type, described.gb_per_s));
    info("PCIDevice", described.product);
    if (!described.os_name.empty()) {
      open("OSDev",
           fmt::format("name=\"{}\" osdev_type=\"{}\"", described.os_name, described.os_type));
      if (described.kib != 0) info("Size", std::to_string(described.kib));
      close();
    }
    close();
  }

  std::string distances() const {
    const std::size_t count = machine_.numa_nodes.size();
    if (machine_.remote_distance == 0 || count < 2) return {};
    std::string indexes, values;
    for (const unsigned from : machine_.numa_nodes) {
      indexes += std::to_string(from) + ' ';
      for (const unsigned to : machine_.numa_nodes) {
        values += std::to_string(from == to ? 10 : machine_.remote_distance) + ' ';
      }
    }
    return fmt::format(
        "<distances2 type=\"NUMANode\" nbobjs=\"{}\" kind=\"5\" name=\"NUMALatency\" "
        "indexing=\"os\">\n<indexes length=\"{}\">{}</indexes>\n<u64values "
        "length=\"{}\">{}</u64values>\n</distances2>\n",
        count, indexes.size(), indexes, values.size(), values);
  }

  const Shape& machine_;
  std::string text_;
  unsigned gp_index_ = 0;
  int depth_ = 1;
};

}  // namespace

std::string hwloc_xml(const Shape& shape) { return Writer(shape).write(); }

}  // namespace plumbline::virtual_node
