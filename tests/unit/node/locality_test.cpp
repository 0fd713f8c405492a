#include "probes/node/locality.h"

#include <gtest/gtest.h>

#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

Nearest nearest_efa(const Node& node, std::size_t gpu) {
  return nearest(node, *node.devices_of(DeviceKind::gpu).at(gpu), DeviceKind::efa);
}

TEST(NearestEfa, BelowOneSwitch) {
  const Node node = discovered(p5_48xlarge());
  const Nearest found = nearest_efa(node, 3);
  EXPECT_EQ(found.by, Nearness::pci_switch);
  EXPECT_EQ(found.bridges_between, 2U);
  EXPECT_EQ(subjects_of(found.devices), "rdmap130s0 rdmap131s0 rdmap132s0 rdmap133s0");
}

TEST(NearestEfa, OfTwoGpusBelowOneSwitchIsTheSame) {
  const Node node = discovered(p5en_48xlarge());
  EXPECT_EQ(subjects_of(nearest_efa(node, 0).devices), subjects_of(nearest_efa(node, 1).devices));
  EXPECT_EQ(subjects_of(nearest_efa(node, 2).devices),
            "rdmap110s0 rdmap111s0 rdmap112s0 rdmap113s0");
}

TEST(NearestEfa, OnOneRootBusWithoutASwitch) {
  const Node node = discovered(p4d_24xlarge());
  const Nearest found = nearest_efa(node, 5);
  EXPECT_EQ(found.by, Nearness::root_bus);
  EXPECT_EQ(subjects_of(found.devices), "rdmap144s27");
}

TEST(NearestEfa, FallsBackToTheNumaNode) {
  const Node node = discovered(machine_named("p5.48xlarge_efas_of_gpu3_on_numa1"));
  const Nearest found = nearest_efa(node, 3);
  EXPECT_EQ(found.by, Nearness::numa_node);
  EXPECT_EQ(found.devices.size(), 12U);
  EXPECT_EQ(nearest_efa(node, 2).by, Nearness::pci_switch);
}

TEST(NearestEfa, IsUnknownWhereNothingSaysSo) {
  DescribedMachine machine = p4d_24xlarge();
  for (DescribedRoot& root : machine.bridges) {
    std::erase_if(root.devices, [&](const DescribedDevice& device) {
      return root.numa == 0 && device.pci_type.find("efa") != std::string::npos;
    });
  }
  const Node node = discovered(machine);
  const Nearest found = nearest_efa(node, 0);
  EXPECT_EQ(found.by, Nearness::unknown);
  EXPECT_EQ(subjects_of(found.devices), "none");
}

// hwloc_get_common_ancestor_obj() runs off the root here.
TEST(NearestEfa, ADeviceAtAnotherDepth) {
  const Node node = discovered(machine_named("p5.48xlarge_efa_above_the_switch"));
  const Nearest found = nearest_efa(node, 0);
  EXPECT_EQ(found.by, Nearness::pci_switch);
  EXPECT_EQ(subjects_of(found.devices), "rdmap80s0 rdmap81s0 rdmap82s0");
}

TEST(NearestNumaNode, OfADevice) {
  const Node node = discovered(p5_48xlarge());
  const PciDevice& gpu = *node.devices_of(DeviceKind::gpu).at(6);
  ASSERT_NE(nearest_numa_node(node, gpu), nullptr);
  EXPECT_EQ(nearest_numa_node(node, gpu)->os_index, 1U);
  EXPECT_EQ(format_cpu_list(gpu.near_cpus), "48-95,144-191");
}

}  // namespace
}  // namespace plumbline
