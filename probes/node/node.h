#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/names.h"

namespace plumbline {

/// OS numbers of CPUs (hardware threads), ascending.
using CpuList = std::vector<unsigned>;

/// One memory of the machine. A node with memory and no CPUs is the memory of a device (a GPU
/// behind NVLink-C2C) or a second kind of memory.
struct NumaNode {
  unsigned os_index = 0;
  std::uint64_t memory_bytes = 0;
  CpuList cpus;              ///< its own: each CPU belongs to one node
  CpuList one_cpu_per_core;  ///< the first CPU of each core; all of `cpus` where cores are unknown
  std::uint64_t last_level_cache_bytes = 0;  ///< of all its last-level caches; 0 unknown
  std::vector<unsigned> distances;  ///< to Node::numa_nodes, in their order; empty: unknown
  std::string subtype;              ///< "GPUMemory", "HBM" ... where hwloc knows

  std::string subject() const { return "numa" + std::to_string(os_index); }
  bool has_cpus() const { return !cpus.empty(); }
};

/// A processor in its socket.
struct Package {
  unsigned os_index = 0;
  std::string model;  ///< "Intel(R) Xeon(R) Platinum 8488C"; empty: unknown
  CpuList cpus;

  std::string subject() const { return "package" + std::to_string(os_index); }
};

struct Core {
  unsigned os_index = 0;
  CpuList cpus;  ///< its hardware threads
};

enum class CacheKind { unified, data, instruction };
inline constexpr auto cache_kind_names = names_of<CacheKind>("unified", "data", "instruction");

struct Cache {
  unsigned level = 1;
  CacheKind kind = CacheKind::unified;
  std::uint64_t bytes = 0;
  unsigned line_bytes = 0;
  CpuList cpus;  ///< those that share it
};

/// Where a PCI function sits: 0000:53:00.0.
struct PciAddress {
  unsigned domain = 0;
  unsigned bus = 0;
  unsigned device = 0;
  unsigned function = 0;

  auto operator<=>(const PciAddress&) const = default;
};
std::string to_string(const PciAddress& address);

/// "10de:2330", and the parts it is made of.
struct PciId {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;

  auto operator<=>(const PciId&) const = default;
};
std::string to_string(const PciId& id);

/// A PCI Express link as the function at its lower end reports it.
struct Link {
  double gb_per_s = 0;      ///< per direction, line coding taken off, GB = 1e9; 0 unknown
  unsigned generation = 0;  ///< 1 to 6; 0 unknown
  unsigned width = 0;       ///< lanes; 0 unknown

  bool known() const { return gb_per_s > 0; }
  bool operator==(const Link&) const = default;
};

/// The rate of `width` lanes of a generation: 63.0154 GB/s for generation 5 with 16 lanes. PCI
/// Express Base Specification: 2.5, 5, 8, 16, 32, 64 GT/s; 8b/10b to generation 2, 128b/130b to 5,
/// 242/256 for 6. Nothing for other generations.
std::optional<double> link_gb_per_s(unsigned generation, unsigned width);

/// "63.0 GB/s", with "Gen5 x16" before it where that is known; "unknown".
std::string to_string(const Link& link);

/// A bridge of the PCI tree: the root of a hierarchy (a host bridge) or a port of a switch.
struct Bridge {
  std::optional<std::size_t> parent;  ///< index into Node::bridges; none: a host bridge
  std::optional<PciAddress> address;  ///< none: a host bridge
  PciId id;
  unsigned domain = 0;  ///< of the buses below it
  unsigned first_bus = 0;
  unsigned last_bus = 0;
  Link link;      ///< as its port reports it: now
  Link link_max;  ///< what the port can; known on the live machine only
  std::optional<unsigned> numa_node;

  bool is_host_bridge() const { return !parent; }
};

enum class DeviceKind { gpu, nvswitch, efa, nic, nvme, ebs, other };
inline constexpr auto device_kind_names =
    names_of<DeviceKind>("gpu", "nvswitch", "efa", "nic", "nvme", "ebs", "other");

/// What a PCI function is, from its ids and its class (0x0302: base class and subclass) alone.
DeviceKind kind_of(const PciId& id, std::uint16_t pci_class);

/// A PCI function that is no bridge. What it is follows from its PCI ids and class alone, so that
/// no driver is needed to find it.
struct PciDevice {
  DeviceKind kind = DeviceKind::other;
  std::string subject;  ///< its name in every table: gpu0 in PCI order, rdmap79s0, enp71s0, nvme0
  PciAddress address;
  PciId id;
  PciId subsystem;
  std::uint16_t pci_class = 0;        ///< 0x0302: base class and subclass
  Link link;                          ///< now; an idle GPU may have slowed its link down
  Link link_max;                      ///< what it can; known on the live machine only
  std::optional<unsigned> numa_node;  ///< OS index; none where the machine does not say
  CpuList near_cpus;                  ///< CPUs of the nearest part of the machine
  std::optional<std::size_t> bridge;  ///< the one right above: index into Node::bridges
  std::string name;                   ///< the product, where a list of PCI ids is installed
  std::vector<std::string> os_names;  ///< rdmap79s0, enp71s0, nvme1n1, mlx5_0 ...
  std::uint64_t size_bytes = 0;       ///< of a disk; 0 unknown
};

/// What is in a machine: plain data, as found by discover().
struct Node {
  std::string product_name;  ///< of the DMI; on EC2 the instance type; may be empty
  std::string host;          ///< as recorded in an XML file; empty for the live machine
  std::string cpu_model;     ///< may be empty
  std::string architecture;  ///< x86_64, aarch64; may be empty
  std::vector<Package> packages;
  std::vector<NumaNode> numa_nodes;  ///< by OS index
  std::vector<Core> cores;           ///< empty: unknown (an XML file without them)
  std::vector<Cache> caches;
  CpuList cpus;
  std::vector<Bridge> bridges;     ///< parents before children, in PCI order
  std::vector<PciDevice> devices;  ///< in PCI order
  bool live = true;                ///< false: read from a file

  std::uint64_t memory_bytes() const;  ///< of all NUMA nodes that have CPUs
  /// The node with this OS index, or nullptr.
  const NumaNode* numa_node(unsigned os_index) const;
  /// The devices of one kind, in PCI order.
  std::vector<const PciDevice*> devices_of(DeviceKind kind) const;
};

/// "0-47,96-143"; empty for no CPUs.
std::string format_cpu_list(const CpuList& cpus);

}  // namespace plumbline
