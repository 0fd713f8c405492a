#include "probes/topology/topology_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "probes/node/locality.h"
#include "probes/node/pci_path.h"

namespace plumbline {
namespace {

/// Kernels differ in what they keep for themselves, by some MiB: a tenth of a GiB is what counts.
double gib(std::uint64_t bytes) {
  return std::round(static_cast<double>(bytes) / (1024.0 * 1024 * 1024) * 10) / 10;
}

enum MetricIndex {
  cpu_packages,
  cpu_cores,
  cpu_threads,
  cpu_model,
  numa_count,
  numa_memory,
  numa_cpus,
  numa_distance,
  numa_cache,
  numa_gpus,
  numa_efas,
  numa_nvmes,
  memory_total,
  device_memory,
  gpu_count,
  gpu_pci_id,
  gpu_numa_node,
  gpu_link,
  gpu_host_path,
  gpu_nearest_efa,
  gpu_nearest_efa_count,
  gpu_nearest_efa_by,
  gpu_nearest_cpus,
  nvswitch_count,
  efa_count,
  efa_pci_id,
  efa_numa_node,
  efa_link,
  nic_count,
  nic_pci_id,
  nvme_count,
  nvme_pci_id,
  nvme_size,
  nvme_numa_node,
  nvme_link,
  ebs_count,
  pci_slot,
  metric_count
};

constexpr Better exact = Better::exact;
constexpr std::array<Metric, metric_count> metrics = {{
    {"topology.cpu.packages", "count", exact, "processors in sockets"},
    {"topology.cpu.cores", "count", exact, "cores, of all processors"},
    {"topology.cpu.threads", "count", exact,
     "hardware threads that are online; half of EC2's vCPUs where SMT is off"},
    {"topology.cpu.model", "text", exact, "the processors' model name"},
    {"topology.numa.count", "count", exact,
     "NUMA nodes that have CPUs; a GPU's memory may be a node without"},
    {"topology.numa.memory", "GiB", exact,
     "memory of a NUMA node that has CPUs, as the OS sees it: 2 to 3 % less than is installed"},
    {"topology.numa.cpus", "text", exact, "the OS numbers of the node's hardware threads"},
    {"topology.numa.distance", "distance", exact,
     "how far the memory of another node is, from the firmware's table; 10 is local"},
    {"topology.numa.last_level_cache", "MiB", exact,
     "all last-level caches of the node's CPUs together"},
    {"topology.numa.gpus", "count", exact, "GPUs whose nearest NUMA node is this one"},
    {"topology.numa.efas", "count", exact, "EFA devices whose nearest NUMA node is this one"},
    {"topology.numa.nvmes", "count", exact,
     "local NVMe drives whose nearest NUMA node is this one"},
    {"topology.memory.total", "GiB", exact, "memory of all NUMA nodes that have CPUs"},
    {"topology.device_memory", "GiB", exact,
     "memory of a NUMA node without CPUs: that of a GPU behind NVLink-C2C, or HBM"},
    {"topology.gpu.count", "count", exact,
     "PCI functions of vendor 10de and class 03xx: found without a driver"},
    {"topology.gpu.pci_id", "text", exact, "vendor:device; GPUs are numbered in PCI order"},
    {"topology.gpu.numa_node", "index", exact, "OS index of the GPU's nearest NUMA node"},
    {"topology.gpu.link", "GB/s", exact,
     "rate per direction of the GPU's PCIe link: the lanes it has now at the generation that it "
     "reaches under load"},
    {"topology.gpu.host_path", "GB/s", exact,
     "the narrowest PCIe link between the GPU and its host bridge, as reported"},
    {"topology.gpu.nearest_efa", "text", exact,
     "the EFA devices nearest to the GPU: below the same switch, else on the same root bus, else "
     "on the same NUMA node"},
    {"topology.gpu.nearest_efa_count", "count", exact, "how many topology.gpu.nearest_efa are"},
    {"topology.gpu.nearest_efa_by", "text", exact,
     "what GPU and nearest EFA share: PCIe switch, root bus, NUMA node, or unknown"},
    {"topology.gpu.nearest_cpus", "text", exact, "the CPUs nearest to the GPU"},
    {"topology.nvswitch.count", "count", exact,
     "PCI functions of vendor 10de and class 0680; EC2 hides them on many types"},
    {"topology.efa.count", "count", exact,
     "PCI functions 1d0f:efa0 and following: RDMA devices of other kinds do not count"},
    {"topology.efa.pci_id", "text", exact,
     "vendor:device; efa0 is EFA version 1, efa1 version 2 ..."},
    {"topology.efa.numa_node", "index", exact, "OS index of the EFA device's nearest NUMA node"},
    {"topology.efa.link", "GB/s", exact, "rate per direction of the EFA device's PCIe link"},
    {"topology.nic.count", "count", exact, "network devices that are no EFA"},
    {"topology.nic.pci_id", "text", exact, "vendor:device; 1d0f:ec20 is ENA"},
    {"topology.nvme.count", "count", exact, "local NVMe drives; EBS volumes do not count"},
    {"topology.nvme.pci_id", "text", exact, "vendor:device; drives are numbered in PCI order"},
    {"topology.nvme.size", "GB", exact, "what the drive holds, GB = 1e9 bytes"},
    {"topology.nvme.numa_node", "index", exact, "OS index of the drive's nearest NUMA node"},
    {"topology.nvme.link", "GB/s", exact, "rate per direction of the drive's PCIe link"},
    {"topology.ebs.count", "count", exact, "EBS volumes, 1d0f:8061"},
    {"topology.pci.id", "text", exact,
     "vendor:device of the GPU, NVSwitch, EFA or NVMe at a PCI address: says which one is missing"},
}};

/// Adds facts under one short name each.
class Facts {
 public:
  Facts(Plan& plan, const Node& node) : plan_(plan), node_(node) {}

  void processors() {
    count(cpu_packages, "node", node_.packages.size());
    if (node_.cores.empty()) {
      plan_.skip(metrics[cpu_cores], {}, "the description has no cores");
    } else {
      count(cpu_cores, "node", node_.cores.size());
    }
    count(cpu_threads, "node", node_.cpus.size());
    text(cpu_model, "node", node_.cpu_model, "no model name is known");
  }

  void memory() {
    std::size_t with_cpus = 0;
    for (const NumaNode& numa : node_.numa_nodes) {
      if (!numa.has_cpus()) {
        number(device_memory, numa.subject(), gib(numa.memory_bytes));
        continue;
      }
      ++with_cpus;
      number(numa_memory, numa.subject(), gib(numa.memory_bytes));
      text(numa_cpus, numa.subject(), format_cpu_list(numa.cpus), "");
      if (numa.last_level_cache_bytes == 0) {
        plan_.skip(metrics[numa_cache], subject(numa.subject()), "the description has no caches");
      } else {
        number(numa_cache, numa.subject(),
               static_cast<double>(numa.last_level_cache_bytes) / (1024.0 * 1024));
      }
      count(numa_gpus, numa.subject(), near(DeviceKind::gpu, numa));
      count(numa_efas, numa.subject(), near(DeviceKind::efa, numa));
      count(numa_nvmes, numa.subject(), near(DeviceKind::nvme, numa));
      distances_from(numa);
    }
    count(numa_count, "node", with_cpus);
    number(memory_total, "node", gib(node_.memory_bytes()));
  }

  void devices() {
    count(gpu_count, "node", node_.devices_of(DeviceKind::gpu).size());
    count(nvswitch_count, "node", node_.devices_of(DeviceKind::nvswitch).size());
    count(efa_count, "node", node_.devices_of(DeviceKind::efa).size());
    count(nic_count, "node", node_.devices_of(DeviceKind::nic).size());
    count(nvme_count, "node", node_.devices_of(DeviceKind::nvme).size());
    count(ebs_count, "node", node_.devices_of(DeviceKind::ebs).size());
    for (const PciDevice& device : node_.devices) {
      switch (device.kind) {
        case DeviceKind::gpu:
          gpu(device);
          break;
        case DeviceKind::efa:
          text(efa_pci_id, device.subject, to_string(device.id), "");
          numa_node(efa_numa_node, device);
          link(efa_link, device, link_under_load(node_, device));
          break;
        case DeviceKind::nic:
          text(nic_pci_id, device.subject, to_string(device.id), "");
          break;
        case DeviceKind::nvme:
          text(nvme_pci_id, device.subject, to_string(device.id), "");
          if (device.size_bytes == 0) {
            plan_.skip(metrics[nvme_size], subject(device.subject), "no block device is known");
          } else {
            number(nvme_size, device.subject, static_cast<double>(device.size_bytes) / 1e9);
          }
          numa_node(nvme_numa_node, device);
          link(nvme_link, device, link_under_load(node_, device));
          break;
        case DeviceKind::nvswitch:
        case DeviceKind::ebs:
        case DeviceKind::other:
          break;
      }
      if (device.kind != DeviceKind::nic && device.kind != DeviceKind::ebs &&
          device.kind != DeviceKind::other) {
        text(pci_slot, to_string(device.address), to_string(device.id), "");
      }
    }
  }

 private:
  static Work subject(std::string name, std::string peer = "") {
    Work work;
    work.subject = std::move(name);
    work.peer = std::move(peer);
    return work;
  }

  void number(MetricIndex metric, std::string of, double value) {
    plan_.fact(metrics[metric], subject(std::move(of)), FactValue(value));
  }

  void count(MetricIndex metric, std::string of, std::size_t value) {
    number(metric, std::move(of), static_cast<double>(value));
  }

  void text(MetricIndex metric, std::string of, std::string value, const char* if_empty) {
    if (value.empty()) {
      plan_.skip(metrics[metric], subject(std::move(of)), if_empty);
    } else {
      plan_.fact(metrics[metric], subject(std::move(of)), FactValue(std::move(value)));
    }
  }

  void numa_node(MetricIndex metric, const PciDevice& device) {
    if (device.numa_node) {
      number(metric, device.subject, *device.numa_node);
    } else {
      plan_.skip(metrics[metric], subject(device.subject),
                 "the machine does not say which NUMA node is near");
    }
  }

  void link(MetricIndex metric, const PciDevice& device, const Link& link) {
    if (link.known()) {
      number(metric, device.subject, link.gb_per_s);
    } else {
      plan_.skip(metrics[metric], subject(device.subject), "PCI reports no link speed");
    }
  }

  void gpu(const PciDevice& device) {
    text(gpu_pci_id, device.subject, to_string(device.id), "");
    numa_node(gpu_numa_node, device);
    link(gpu_link, device, link_under_load(node_, device));
    link(gpu_host_path, device, narrowest_link_to_host(node_, device));
    text(gpu_nearest_cpus, device.subject, format_cpu_list(device.near_cpus), "none is known");
    if (node_.devices_of(DeviceKind::efa).empty()) return;
    const Nearest efa = nearest(node_, device, DeviceKind::efa);
    text(gpu_nearest_efa, device.subject, subjects_of(efa.devices), "");
    count(gpu_nearest_efa_count, device.subject, efa.devices.size());
    text(gpu_nearest_efa_by, device.subject, nearness_names[efa.by], "");
  }

  std::size_t near(DeviceKind kind, const NumaNode& numa) const {
    return static_cast<std::size_t>(
        std::count_if(node_.devices.begin(), node_.devices.end(), [&](const PciDevice& device) {
          return device.kind == kind && device.numa_node == numa.os_index;
        }));
  }

  void distances_from(const NumaNode& numa) {
    for (std::size_t i = 0; i < node_.numa_nodes.size(); ++i) {
      const NumaNode& other = node_.numa_nodes[i];
      if (other.os_index == numa.os_index || !other.has_cpus()) continue;
      if (numa.distances.empty()) {
        plan_.skip(metrics[numa_distance], subject(numa.subject(), other.subject()),
                   "no table of distances is known");
      } else {
        plan_.fact(metrics[numa_distance], subject(numa.subject(), other.subject()),
                   FactValue(static_cast<double>(numa.distances[i])));
      }
    }
  }

  Plan& plan_;
  const Node& node_;
};

void describe_devices(Plan& plan, const Node& node) {
  for (const Package& package : node.packages) {
    Device row;
    row.subject = package.subject();
    row.kind = "package";
    row.name = package.model;
    plan.device(std::move(row));
  }
  for (const NumaNode& numa : node.numa_nodes) {
    Device row;
    row.subject = numa.subject();
    row.kind = "numa";
    row.name = fmt::format("{:.1f} GiB, {}", gib(numa.memory_bytes),
                           numa.has_cpus() ? "CPUs " + format_cpu_list(numa.cpus) : "no CPUs");
    row.numa_node = numa.os_index;
    plan.device(std::move(row));
  }
  for (const PciDevice& device : node.devices) {
    if (device.kind == DeviceKind::other) continue;
    Device row;
    row.subject = device.subject;
    row.kind = device_kind_names[device.kind];
    row.name = device.name.empty() ? to_string(device.id) : device.name;
    row.pci_address = to_string(device.address);
    if (device.numa_node) row.numa_node = *device.numa_node;
    plan.device(std::move(row));
  }
}

}  // namespace

std::span<const Metric> topology_metrics() { return metrics; }

void plan_topology(Plan& plan, const Node& node) {
  Facts facts(plan, node);
  facts.processors();
  facts.memory();
  facts.devices();
  describe_devices(plan, node);
}

}  // namespace plumbline
