#include "probes/node/discover.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "probes/node/hwloc_topology.h"
#include "probes/node/sysfs_link.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string info(hwloc_obj_t object, const char* key) {
  const char* value = hwloc_obj_get_info_by_name(object, key);
  std::string text = value != nullptr ? value : "";
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<hwloc_obj_t> objects_of(hwloc_topology_t topology, hwloc_obj_type_t type) {
  std::vector<hwloc_obj_t> objects;
  for (hwloc_obj_t o = nullptr; (o = hwloc_get_next_obj_by_type(topology, type, o)) != nullptr;) {
    objects.push_back(o);
  }
  return objects;
}

bool have_common(const CpuList& a, const CpuList& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](unsigned cpu) { return std::binary_search(b.begin(), b.end(), cpu); });
}

// ---- Processors and caches

std::vector<Package> packages_of(hwloc_topology_t topology) {
  std::vector<Package> packages;
  for (const hwloc_obj_t o : objects_of(topology, HWLOC_OBJ_PACKAGE)) {
    packages.push_back({o->os_index, info(o, "CPUModel"), indices_of(o->cpuset)});
  }
  return packages;
}

std::vector<Core> cores_of(hwloc_topology_t topology) {
  std::vector<Core> cores;
  for (const hwloc_obj_t o : objects_of(topology, HWLOC_OBJ_CORE)) {
    cores.push_back({o->os_index, indices_of(o->cpuset)});
  }
  return cores;
}

std::vector<Cache> caches_of(hwloc_topology_t topology) {
  std::vector<Cache> caches;
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                      HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE}) {
    for (const hwloc_obj_t o : objects_of(topology, type)) {
      const auto& cache = o->attr->cache;
      caches.push_back({cache.depth, static_cast<CacheKind>(cache.type), cache.size, cache.linesize,
                        indices_of(o->cpuset)});
    }
  }
  return caches;
}

std::uint64_t last_level_cache_bytes(const std::vector<Cache>& caches, const CpuList& cpus) {
  unsigned last_level = 0;
  for (const Cache& cache : caches) last_level = std::max(last_level, cache.level);
  std::uint64_t bytes = 0;
  for (const Cache& cache : caches) {
    if (cache.level == last_level && have_common(cpus, cache.cpus)) bytes += cache.bytes;
  }
  return bytes;
}

// ---- Memory

/// "10 21" of /sys/devices/system/node/node0/distance; hwloc leaves the matrix of one node out.
std::vector<unsigned> sysfs_distances(unsigned os_index) {
  std::ifstream stream(fmt::format("/sys/devices/system/node/node{}/distance", os_index));
  return {std::istream_iterator<unsigned>(stream), std::istream_iterator<unsigned>()};
}

/// MemTotal of /proc/meminfo.
std::optional<std::uint64_t> meminfo_total() {
  std::ifstream stream("/proc/meminfo");
  std::string key;
  std::uint64_t kib = 0;
  if (!(stream >> key >> kib) || key != "MemTotal:") return std::nullopt;
  return kib * 1024;
}

void add_distances(hwloc_topology_t topology, std::vector<NumaNode>& nodes, bool live) {
  unsigned count = 1;
  hwloc_distances_s* found = nullptr;
  hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &count, &found,
                              HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
  if (count == 0 || found == nullptr) {
    for (NumaNode& node : nodes) {
      if (live) node.distances = sysfs_distances(node.os_index);
      if (node.distances.size() != nodes.size()) node.distances.clear();
    }
    return;
  }
  std::map<std::pair<unsigned, unsigned>, unsigned> values;
  for (unsigned i = 0; i < found->nbobjs; ++i) {
    for (unsigned j = 0; j < found->nbobjs; ++j) {
      values[{found->objs[i]->os_index, found->objs[j]->os_index}] =
          static_cast<unsigned>(found->values[i * found->nbobjs + j]);
    }
  }
  hwloc_distances_release(topology, found);
  for (NumaNode& from : nodes) {
    for (const NumaNode& to : nodes) {
      const auto value = values.find({from.os_index, to.os_index});
      if (value != values.end()) from.distances.push_back(value->second);
    }
    if (from.distances.size() != nodes.size()) from.distances.clear();
  }
}

std::vector<NumaNode> numa_nodes_of(hwloc_topology_t topology, const std::vector<Core>& cores,
                                    const std::vector<Cache>& caches, bool live) {
  std::vector<hwloc_obj_t> objects = objects_of(topology, HWLOC_OBJ_NUMANODE);
  std::sort(objects.begin(), objects.end(),
            [](hwloc_obj_t a, hwloc_obj_t b) { return a->os_index < b->os_index; });
  std::vector<NumaNode> nodes;
  std::vector<bool> taken;
  for (const hwloc_obj_t o : objects) {
    NumaNode node;
    node.os_index = o->os_index;
    node.memory_bytes = o->attr->numanode.local_memory;
    node.subtype = o->subtype != nullptr ? o->subtype : "";
    // hwloc gives a node without CPUs those of its neighbours, which a node before it has.
    if (node.subtype != "GPUMemory") {
      for (const unsigned cpu : indices_of(o->cpuset)) {
        if (taken.size() <= cpu) taken.resize(cpu + 1);
        if (!taken[cpu]) node.cpus.push_back(cpu);
        taken[cpu] = true;
      }
    }
    node.last_level_cache_bytes = last_level_cache_bytes(caches, node.cpus);
    nodes.push_back(std::move(node));
  }
  for (NumaNode& node : nodes) {
    for (const Core& core : cores) {
      const bool own = !core.cpus.empty() &&
                       std::binary_search(node.cpus.begin(), node.cpus.end(), core.cpus.front());
      if (own) node.one_cpu_per_core.push_back(core.cpus.front());
    }
    std::sort(node.one_cpu_per_core.begin(), node.one_cpu_per_core.end());
    if (cores.empty()) node.one_cpu_per_core = node.cpus;
  }
  add_distances(topology, nodes, live);
  // A node's own figure grows while the kernel takes memory into use after the boot; the sum does
  // not.
  if (live && nodes.size() == 1) {
    if (const auto total = meminfo_total()) nodes.front().memory_bytes = *total;
  }
  return nodes;
}

// ---- PCI

/// The NUMA node that is near an I/O object: of the part of the machine where it hangs, that node
/// must hold all CPUs.
std::optional<unsigned> numa_node_near(hwloc_obj_t place, const std::vector<NumaNode>& nodes) {
  const CpuList cpus = indices_of(place->cpuset);
  for (const NumaNode& node : nodes) {
    const bool all = !cpus.empty() &&
                     std::includes(node.cpus.begin(), node.cpus.end(), cpus.begin(), cpus.end());
    if (all) return node.os_index;
  }
  return std::nullopt;
}

/// Walks the I/O objects and fills bridges and devices.
class PciTree {
 public:
  PciTree(hwloc_topology_t topology, Node& node) : topology_(topology), node_(node) {
    std::vector<hwloc_obj_t> roots;
    collect_roots(hwloc_get_root_obj(topology), roots);
    std::sort(roots.begin(), roots.end(),
              [](hwloc_obj_t a, hwloc_obj_t b) { return first_bus(a) < first_bus(b); });
    for (const hwloc_obj_t root : roots) visit(root, std::nullopt);
    std::sort(node.devices.begin(), node.devices.end(),
              [](const PciDevice& a, const PciDevice& b) { return a.address < b.address; });
  }

 private:
  static std::pair<unsigned, unsigned> first_bus(hwloc_obj_t object) {
    if (object->type == HWLOC_OBJ_BRIDGE) {
      const auto& pci = object->attr->bridge.downstream.pci;
      return {pci.domain, pci.secondary_bus};
    }
    return {object->attr->pcidev.domain, object->attr->pcidev.bus};
  }

  static void collect_roots(hwloc_obj_t object, std::vector<hwloc_obj_t>& roots) {
    for (hwloc_obj_t io = object->io_first_child; io != nullptr; io = io->next_sibling) {
      if (io->type == HWLOC_OBJ_BRIDGE || io->type == HWLOC_OBJ_PCI_DEVICE) roots.push_back(io);
    }
    for (hwloc_obj_t o = object->first_child; o != nullptr; o = o->next_sibling) {
      collect_roots(o, roots);
    }
    for (hwloc_obj_t o = object->memory_first_child; o != nullptr; o = o->next_sibling) {
      collect_roots(o, roots);
    }
  }

  void visit(hwloc_obj_t object, std::optional<std::size_t> above) {
    if (object->type == HWLOC_OBJ_PCI_DEVICE) {
      node_.devices.push_back(device(object, above));
    } else if (object->type == HWLOC_OBJ_BRIDGE) {
      node_.bridges.push_back(bridge(object, above));
      const std::size_t index = node_.bridges.size() - 1;
      for (hwloc_obj_t o = object->io_first_child; o != nullptr; o = o->next_sibling) {
        visit(o, index);
      }
    }
  }

  template <class PciAttributes>
  static PciAddress address_of(const PciAttributes& pci) {
    return {pci.domain, pci.bus, pci.dev, pci.func};
  }

  /// hwloc's link speed, and live the kernel's words, which name generation and width.
  void add_links(const PciAddress& address, double gb_per_s, Link& now, Link& max) const {
    now.gb_per_s = gb_per_s;
    if (!node_.live) return;
    const SysfsLink links = read_sysfs_link("/sys/bus/pci/devices", address);
    if (links.now.known()) now = links.now;
    max = links.max;
  }

  Bridge bridge(hwloc_obj_t object, std::optional<std::size_t> above) const {
    const auto& attributes = object->attr->bridge;
    Bridge bridge;
    bridge.parent = above;
    bridge.domain = attributes.downstream.pci.domain;
    bridge.first_bus = attributes.downstream.pci.secondary_bus;
    bridge.last_bus = attributes.downstream.pci.subordinate_bus;
    bridge.numa_node =
        numa_node_near(hwloc_get_non_io_ancestor_obj(topology_, object), node_.numa_nodes);
    if (attributes.upstream_type == HWLOC_OBJ_BRIDGE_PCI) {
      const auto& pci = attributes.upstream.pci;
      bridge.address = address_of(pci);
      bridge.id = {pci.vendor_id, pci.device_id};
      add_links(*bridge.address, static_cast<double>(pci.linkspeed), bridge.link, bridge.link_max);
    }
    return bridge;
  }

  PciDevice device(hwloc_obj_t object, std::optional<std::size_t> above) const {
    const auto& pci = object->attr->pcidev;
    const hwloc_obj_t place = hwloc_get_non_io_ancestor_obj(topology_, object);
    PciDevice device;
    device.address = address_of(pci);
    device.id = {pci.vendor_id, pci.device_id};
    device.subsystem = {pci.subvendor_id, pci.subdevice_id};
    device.pci_class = pci.class_id;
    device.kind = kind_of(device.id, device.pci_class);
    add_links(device.address, static_cast<double>(pci.linkspeed), device.link, device.link_max);
    device.numa_node = numa_node_near(place, node_.numa_nodes);
    device.near_cpus = indices_of(place->cpuset);
    device.bridge = above;
    device.name = info(object, "PCIDevice");
    for (hwloc_obj_t os = object->io_first_child; os != nullptr; os = os->next_sibling) {
      if (os->type != HWLOC_OBJ_OS_DEVICE || os->name == nullptr) continue;
      const hwloc_obj_osdev_type_t type = os->attr->osdev.type;
      if (type == HWLOC_OBJ_OSDEV_OPENFABRICS) {
        device.os_names.insert(device.os_names.begin(), os->name);  // before a netdev's
      } else if (type == HWLOC_OBJ_OSDEV_NETWORK || type == HWLOC_OBJ_OSDEV_BLOCK) {
        device.os_names.emplace_back(os->name);
      }
      if (type == HWLOC_OBJ_OSDEV_BLOCK) {
        device.size_bytes += parse_integer(info(os, "Size")).value_or(0) * 1024;
      }
    }
    return device;
  }

  hwloc_topology_t topology_;
  Node& node_;
};

/// Network devices keep the name that the OS derives from their PCI address; the OS counts the
/// others in an order that changes between boots, so they are counted in PCI order.
void name_subjects(std::vector<PciDevice>& devices) {
  std::map<DeviceKind, unsigned> counts;
  for (PciDevice& device : devices) {
    const bool network = device.kind == DeviceKind::efa || device.kind == DeviceKind::nic;
    const unsigned number = counts[device.kind]++;
    device.subject = network && !device.os_names.empty()
                         ? device.os_names.front()
                         : device_kind_names[device.kind] + std::to_string(number);
  }
}

}  // namespace

Node discover(const DiscoverOptions& options) {
  const HwlocTopology topology(options.xml);
  const hwloc_obj_t machine = hwloc_get_root_obj(topology);
  Node node;
  node.live = !options.xml;
  node.product_name = info(machine, "DMIProductName");
  if (!node.live) node.host = info(machine, "HostName");
  node.architecture = info(machine, "Architecture");
  node.cpus = indices_of(machine->cpuset);
  node.packages = packages_of(topology);
  node.cpu_model = node.packages.empty() ? "" : node.packages.front().model;
  if (node.cpu_model.empty()) node.cpu_model = info(machine, "CPUModel");
  node.cores = cores_of(topology);
  node.caches = caches_of(topology);
  node.numa_nodes = numa_nodes_of(topology, node.cores, node.caches, node.live);
  PciTree(topology, node);
  name_subjects(node.devices);
  return node;
}

HostIdentity identity_of(const Node& node, const DiscoverOptions& options) {
  if (!options.xml) return identify_host();
  const std::string file = file_safe(options.xml->stem().string());
  return {node.host.empty() ? file : node.host,
          node.product_name.empty() ? "unnamed-" + file : file_safe(node.product_name),
          "hwloc XML"};
}

std::string hwloc_version() { return HWLOC_VERSION; }

}  // namespace plumbline
