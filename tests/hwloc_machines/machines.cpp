#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/hwloc_machines/described_machine.h"

namespace plumbline {
namespace {

constexpr double gen3_x16 = 15.753846, gen4_x16 = 31.507692, gen5_x16 = 63.015385;

DescribedDevice gpu(unsigned bus, unsigned device, const char* pci_type, double gb_per_s,
                    const char* product) {
  return {bus, device, pci_type, gb_per_s, product, "", 0, 0};
}

DescribedDevice efa(unsigned bus, unsigned device, unsigned version, double gb_per_s) {
  return {bus,
          device,
          fmt::format("0200 [1d0f:efa{0}] [1d0f:efa{0}] 00", version),
          gb_per_s,
          "Elastic Fabric Adapter (EFA)",
          fmt::format("rdmap{}s{}", bus, device),
          3,
          0};
}

DescribedDevice ena(unsigned bus, unsigned device, double gb_per_s) {
  return {bus,
          device,
          "0200 [1d0f:ec20] [1d0f:ec20] 00",
          gb_per_s,
          "Elastic Network Adapter (ENA)",
          fmt::format("enp{}s{}", bus, device),
          2,
          0};
}

DescribedDevice nvme(unsigned bus, unsigned device, unsigned number, double gb_per_s,
                     std::uint64_t kib) {
  return {bus,
          device,
          "0108 [1d0f:cd01] [1d0f:0000] 00",
          gb_per_s,
          "NVMe SSD Controller",
          fmt::format("nvme{}n1", number),
          0,
          kib};
}

/// The bus of the mainboard: what a virtual machine has there, and the EBS volume it boots from.
DescribedRoot board() {
  return {0,
          0,
          0,
          std::nullopt,
          {{0, 1, "0000 [8086:7113] [0000:0000] 08", 0, "", "", 0, 0},
           {0, 3, "0300 [1d0f:1111] [0000:0000] 00", 0, "", "", 0, 0},
           {0, 4, "0108 [1d0f:8061] [1d0f:0000] 00", gen3_x16, "NVMe EBS Controller", "nvme0n1", 0,
            209715200}}};
}

DescribedDevice& device_at(DescribedMachine& machine, unsigned bus, unsigned device) {
  for (DescribedRoot& root : machine.roots) {
    for (DescribedDevice& found : root.devices) {
      if (found.bus == bus && found.device == device) return found;
    }
  }
  throw std::out_of_range("no such device");
}

DescribedMachine without_device(DescribedMachine machine, unsigned bus, unsigned device) {
  device_at(machine, bus, device);
  for (DescribedRoot& root : machine.roots) {
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
  machine.roots.push_back(std::move(away));
  return machine;
}

/// One EFA device hangs on the host bridge itself, one depth above its GPU.
DescribedMachine efa_above_the_switch(DescribedMachine machine) {
  DescribedRoot board_root{0, 0x30, 0x30, std::nullopt, {efa(0x30, 0x1b, 1, gen3_x16)}};
  machine = without_device(std::move(machine), 0x4f, 0);
  machine.roots.push_back(std::move(board_root));
  return machine;
}

}  // namespace

DescribedMachine p4d_24xlarge() {
  DescribedMachine machine;
  machine.product_name = "p4d.24xlarge";
  machine.host = "p4d-like";
  machine.cpu_model = "Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz";
  machine.cores_per_package = 24;
  machine.numa_bytes = 602251575296;
  machine.remote_distance = 21;
  unsigned drive = 1;
  machine.roots.push_back(board());
  for (const unsigned bus : {0x10U, 0x20U, 0x90U, 0xa0U}) {
    DescribedRoot root{bus < 0x80 ? 0U : 1U, bus, bus, std::nullopt, {}};
    root.devices.push_back(ena(bus, bus == 0x10 ? 0 : 1, 0));
    root.devices.push_back(efa(bus, 0x1b, 0, 0));
    for (const unsigned device : {0x1cU, 0x1dU}) {
      root.devices.push_back(
          gpu(bus, device, "0302 [10de:20b0] [10de:134f] a1", gen4_x16, "GA100 [A100 SXM4 40GB]"));
    }
    for (const unsigned device : {0x1eU, 0x1fU}) {
      root.devices.push_back(nvme(bus, device, drive++, 0, 917968750));
    }
    machine.roots.push_back(std::move(root));
  }
  return machine;
}

DescribedMachine p5_48xlarge() {
  DescribedMachine machine;
  machine.product_name = "p5.48xlarge";
  machine.host = "p5-like";
  machine.cpu_model = "AMD EPYC 7R13 Processor";
  machine.numa_bytes = 1073702535168;
  machine.remote_distance = 32;
  unsigned drive = 1;
  machine.roots.push_back(board());
  for (unsigned number = 0; number < 8; ++number) {
    const unsigned first = 0x44 + 0x11 * number;
    DescribedRoot root{number / 4, first, first + 0x10, gen3_x16, {}};
    for (unsigned i = 0; i < 4; ++i) root.devices.push_back(ena(first + 3 + i, 0, gen3_x16));
    for (unsigned i = 0; i < 4; ++i) root.devices.push_back(efa(first + 0xb + i, 0, 1, gen3_x16));
    root.devices.push_back(
        gpu(first + 0xf, 0, "0302 [10de:2330] [10de:16c1] a1", gen5_x16, "GH100 [H100 SXM5 80GB]"));
    root.devices.push_back(nvme(first + 0x10, 0, drive++, gen3_x16, 3710937500));
    machine.roots.push_back(std::move(root));
  }
  return machine;
}

DescribedMachine p5en_48xlarge() {
  DescribedMachine machine;
  machine.product_name = "p5en.48xlarge";
  machine.host = "p5en-like";
  machine.cpu_model = "Intel(R) Xeon(R) Platinum 8488C";
  machine.numa_bytes = 1073701388288;
  machine.remote_distance = 21;
  unsigned drive = 1;
  machine.roots.push_back(board());
  for (unsigned number = 0; number < 4; ++number) {
    const unsigned first = 0x44 + 0x19 * number;
    DescribedRoot root{number / 2, first, first + 0x18, gen5_x16, {}};
    for (unsigned i = 0; i < 4; ++i) root.devices.push_back(ena(first + 3 + i, 0, gen3_x16));
    for (unsigned i = 0; i < 4; ++i) {
      root.devices.push_back(efa(first + 0x11 + i, 0, 2, gen4_x16));
    }
    for (unsigned i = 0; i < 2; ++i) {
      root.devices.push_back(gpu(first + 0x15 + i, 0, "0302 [10de:2335] [10de:18be] a1", gen5_x16,
                                 "GH100 [H200 SXM 141GB]"));
    }
    for (unsigned i = 0; i < 2; ++i) {
      root.devices.push_back(nvme(first + 0x17 + i, 0, drive++, gen3_x16, 3710937500));
    }
    machine.roots.push_back(std::move(root));
  }
  return machine;
}

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
