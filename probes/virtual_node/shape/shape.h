#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::virtual_node {

/// A PCI function of a described machine.
struct PciFunction {
  unsigned bus = 0;
  unsigned device = 0;
  std::string pci_type;   ///< "0302 [10de:2330] [10de:16c1] a1": class, id, subsystem, revision
  double gb_per_s = 0;    ///< of its link; 0: not reported
  std::string product;    ///< may be empty
  std::string os_name;    ///< may be empty
  unsigned os_type = 0;   ///< hwloc's osdev_type: 0 block, 2 network, 3 OpenFabrics
  std::uint64_t kib = 0;  ///< of a disk
};

/// A host bridge; with a switch, each device hangs on a port of its own.
struct HostBridge {
  unsigned numa = 0;
  unsigned first_bus = 0;
  unsigned last_bus = 0;
  std::optional<double> switch_gb_per_s;  ///< link of the switch below it; none: no switch
  std::vector<PciFunction> devices;
};

/// What is in a machine and where it hangs, as hwloc would record it: what EC2 publishes of an
/// instance type, in the smallest form that shows it. Nobody's dump is in this repository.
struct Shape {
  std::string product_name;
  std::string host;
  std::string cpu_model;
  std::string architecture = "x86_64";
  unsigned packages = 2;
  unsigned cores_per_package = 0;
  unsigned threads_per_core = 1;
  std::vector<unsigned> numa_nodes = {0, 1};  ///< one per package; may lack some
  std::uint64_t numa_bytes = 0;
  unsigned remote_distance = 0;  ///< 0: no table of distances
  std::vector<HostBridge> bridges;
};

/// The shape that a machine file describes in its table [shape], with what its `base` says where it
/// says nothing itself. Throws std::runtime_error with file and line for what it does not know.
Shape read_shape(const std::filesystem::path& file);

/// The machine as hwloc 2 XML. CPUs are numbered as EC2 does: first threads of all cores first.
std::string hwloc_xml(const Shape& shape);

}  // namespace plumbline::virtual_node
