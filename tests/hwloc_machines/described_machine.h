#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

/// A PCI function in a described machine.
struct DescribedDevice {
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
struct DescribedRoot {
  unsigned numa = 0;
  unsigned first_bus = 0;
  unsigned last_bus = 0;
  std::optional<double> switch_gb_per_s;  ///< link of the switch below it; none: no switch
  std::vector<DescribedDevice> devices;
};

/// A machine as hwloc would record it, made up for tests: what EC2 publishes of an instance type,
/// in the smallest form that shows it.
struct DescribedMachine {
  std::string product_name;
  std::string host;
  std::string cpu_model;
  unsigned packages = 2;
  unsigned cores_per_package = 48;
  unsigned threads_per_core = 2;
  std::vector<unsigned> numa_nodes = {0, 1};  ///< one per package; may lack some
  std::uint64_t numa_bytes = 0;
  unsigned remote_distance = 0;  ///< 0: no table of distances
  std::vector<DescribedRoot> roots;
};

/// The machine as hwloc 2 XML. CPUs are numbered as EC2 does: first threads of all cores first.
std::string hwloc_xml(const DescribedMachine& machine);

DescribedMachine p4d_24xlarge();
DescribedMachine p5_48xlarge();
DescribedMachine p5en_48xlarge();

/// A machine under the name of its file, good or with one thing wrong.
struct NamedMachine {
  std::string name;
  DescribedMachine machine;
};
std::vector<NamedMachine> all_machines();

/// The machine of that name. Throws std::out_of_range.
DescribedMachine machine_named(const std::string& name);

}  // namespace plumbline
