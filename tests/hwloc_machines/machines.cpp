#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "tests/hwloc_machines/described_machine.h"

namespace plumbline {
namespace {

constexpr double gen3_x16 = 15.753846, gen5_x16 = 63.015385;

DescribedMachine shipped(const std::string& type, const std::string& host) {
  DescribedMachine machine =
      virtual_node::read_shape(std::filesystem::path(MACHINE_FILES) / (type + ".toml"));
  machine.host = host;
  return machine;
}

DescribedDevice& device_at(DescribedMachine& machine, unsigned bus, unsigned device) {
  for (DescribedRoot& root : machine.bridges) {
    for (DescribedDevice& found : root.devices) {
      if (found.bus == bus && found.device == device) return found;
    }
  }
  throw std::out_of_range("no such device");
}

DescribedMachine without_device(DescribedMachine machine, unsigned bus, unsigned device) {
  device_at(machine, bus, device);
  for (DescribedRoot& root : machine.bridges) {
    std::erase_if(root.devices, [&](const DescribedDevice& found) {
      return found.bus == bus && found.device == device;
    });
  }
  return machine;
}

DescribedMachine without_numa1(DescribedMachine machine) {
  std::erase(machine.numa_nodes, 1);
  return machine;
}

DescribedMachine gpu5_at_half_width(DescribedMachine machine) {
  device_at(machine, 0xa8, 0).gb_per_s = gen5_x16 / 2;
  return machine;
}

/// The EFA devices of gpu3 hang on a root of the other NUMA node.
DescribedMachine efas_of_gpu3_on_numa1(DescribedMachine machine) {
  DescribedRoot away{1, 0xd0, 0xe0, gen3_x16, {}};
  for (unsigned bus = 0x82; bus <= 0x85; ++bus) {
    away.devices.push_back(device_at(machine, bus, 0));
    machine = without_device(std::move(machine), bus, 0);
  }
  for (unsigned i = 0; i < away.devices.size(); ++i) away.devices[i].bus = 0xd8 + i;
  machine.bridges.push_back(std::move(away));
  return machine;
}

/// One EFA device hangs on the host bridge itself, one depth above its GPU.
DescribedMachine efa_above_the_switch(DescribedMachine machine) {
  DescribedRoot board_root{0, 0x30, 0x30, std::nullopt, {device_at(machine, 0x4f, 0)}};
  board_root.devices[0].bus = 0x30;
  board_root.devices[0].device = 0x1b;
  board_root.devices[0].os_name = "rdmap48s27";
  machine = without_device(std::move(machine), 0x4f, 0);
  machine.bridges.push_back(std::move(board_root));
  return machine;
}

}  // namespace

DescribedMachine p4d_24xlarge() { return shipped("p4d.24xlarge", "p4d-like"); }
DescribedMachine p5_48xlarge() { return shipped("p5.48xlarge", "p5-like"); }
DescribedMachine p5en_48xlarge() { return shipped("p5en.48xlarge", "p5en-like"); }

std::vector<NamedMachine> all_machines() {
  const DescribedMachine p5 = p5_48xlarge();
  return {
      {"p4d.24xlarge", p4d_24xlarge()},
      {"p5.48xlarge", p5},
      {"p5en.48xlarge", p5en_48xlarge()},
      {"p5.48xlarge_without_gpu3", without_device(p5, 0x86, 0)},
      {"p5.48xlarge_without_numa1", without_numa1(p5)},
      {"p5.48xlarge_without_rdmap130s0", without_device(p5, 0x82, 0)},
      {"p5.48xlarge_gpu5_at_half_width", gpu5_at_half_width(p5)},
      {"p5.48xlarge_efas_of_gpu3_on_numa1", efas_of_gpu3_on_numa1(p5)},
      {"p5.48xlarge_efa_above_the_switch", efa_above_the_switch(p5)},
  };
}

DescribedMachine machine_named(const std::string& name) {
  for (const NamedMachine& machine : all_machines()) {
    if (machine.name == name) return machine.machine;
  }
  throw std::out_of_range("no machine is named " + name);
}

}  // namespace plumbline
