#include "probes/node/node.h"

#include <gtest/gtest.h>

#include "probes/node/pci_path.h"
#include "probes/node/sysfs_link.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

TEST(PciAddress, IsWrittenAsTheKernelDoes) {
  EXPECT_EQ(to_string(PciAddress{0, 0x53, 0, 0}), "0000:53:00.0");
  EXPECT_EQ(to_string(PciAddress{0x10000, 0xca, 0x1f, 7}), "10000:ca:1f.7");
  EXPECT_EQ(to_string(PciId{0x10de, 0x2330}), "10de:2330");
}

TEST(CpuLists, AreWrittenAsTheKernelDoes) {
  EXPECT_EQ(format_cpu_list({}), "");
  EXPECT_EQ(format_cpu_list({3}), "3");
  EXPECT_EQ(format_cpu_list({0, 1, 2, 8, 10, 11}), "0-2,8,10-11");
}

// PCI Express Base Specification, and what hwloc says of these links.
TEST(LinkRate, OfEachGeneration) {
  EXPECT_NEAR(*link_gb_per_s(1, 8), 2.0, 1e-9);
  EXPECT_NEAR(*link_gb_per_s(2, 1), 0.5, 1e-9);
  EXPECT_NEAR(*link_gb_per_s(3, 16), 15.753846, 1e-6);
  EXPECT_NEAR(*link_gb_per_s(4, 16), 31.507692, 1e-6);
  EXPECT_NEAR(*link_gb_per_s(5, 16), 63.015385, 1e-6);
  EXPECT_NEAR(*link_gb_per_s(6, 16), 121, 1e-9);
  EXPECT_FALSE(link_gb_per_s(0, 16));
  EXPECT_FALSE(link_gb_per_s(7, 16));
  EXPECT_FALSE(link_gb_per_s(5, 0));
}

TEST(SysfsLink, ReadsWhatTheKernelWrites) {
  EXPECT_EQ(parse_link("32.0 GT/s PCIe", "16"), (Link{*link_gb_per_s(5, 16), 5, 16}));
  EXPECT_EQ(parse_link("2.5 GT/s PCIe", "8"), (Link{*link_gb_per_s(1, 8), 1, 8}));
}

TEST(SysfsLink, IsUnknownForAFunctionWithoutALink) {
  EXPECT_FALSE(parse_link("Unknown", "0").known());
  EXPECT_FALSE(parse_link("2.5 GT/s PCIe", "255").known());
  EXPECT_FALSE(parse_link("2.5 GT/s PCIe", "63").known());
  EXPECT_FALSE(parse_link("", "").known());
}

TEST(SysfsLink, ReadsTheFilesOfAFunction) {
  const ScratchFolder folder;
  write_file(folder / "0000:53:00.0/current_link_speed", "2.5 GT/s PCIe\n");
  write_file(folder / "0000:53:00.0/current_link_width", "16\n");
  write_file(folder / "0000:53:00.0/max_link_speed", "32.0 GT/s PCIe\n");
  write_file(folder / "0000:53:00.0/max_link_width", "16\n");
  const SysfsLink link = read_sysfs_link(folder.path(), {0, 0x53, 0, 0});
  EXPECT_EQ(link.now.generation, 1U);
  EXPECT_EQ(link.max.generation, 5U);
  EXPECT_FALSE(read_sysfs_link(folder.path(), {0, 0x54, 0, 0}).now.known());
}

/// A GPU below a root port.
Node one_gpu(Link now, Link max, Link port, Link port_max) {
  Node node;
  node.bridges.resize(2);
  node.bridges[1].parent = 0;
  node.bridges[1].link = port;
  node.bridges[1].link_max = port_max;
  PciDevice& gpu = node.devices.emplace_back();
  gpu.kind = DeviceKind::gpu;
  gpu.link = now;
  gpu.link_max = max;
  gpu.bridge = 1;
  return node;
}

Link pcie(unsigned generation, unsigned width) {
  return {*link_gb_per_s(generation, width), generation, width};
}

TEST(LinkUnderLoad, AnIdleGpuCountsWithItsLanes) {
  const Node node = one_gpu(pcie(1, 16), pcie(5, 16), pcie(1, 16), pcie(5, 16));
  EXPECT_EQ(link_under_load(node, node.devices[0]), pcie(5, 16));
  EXPECT_EQ(narrowest_link_to_host(node, node.devices[0]), pcie(5, 16));
}

TEST(LinkUnderLoad, LostLanesStayLost) {
  const Node node = one_gpu(pcie(1, 8), pcie(5, 16), pcie(1, 8), pcie(5, 16));
  EXPECT_EQ(link_under_load(node, node.devices[0]), pcie(5, 8));
}

TEST(LinkUnderLoad, IsBoundByTheSlowerEnd) {
  const Node node = one_gpu(pcie(1, 16), pcie(5, 16), pcie(1, 16), pcie(4, 16));
  EXPECT_EQ(link_under_load(node, node.devices[0]), pcie(4, 16));
}

TEST(LinkUnderLoad, IsTheRecordedOneWhereGenerationsAreUnknown) {
  const Node node = one_gpu({63.0, 0, 0}, {}, {15.75, 0, 0}, {});
  EXPECT_EQ(link_under_load(node, node.devices[0]).gb_per_s, 63.0);
  EXPECT_EQ(narrowest_link_to_host(node, node.devices[0]).gb_per_s, 15.75);
}

TEST(LinkUnderLoad, UnknownLinksDoNotNarrowThePath) {
  const Node node = one_gpu({63.0, 0, 0}, {}, {}, {});
  EXPECT_EQ(narrowest_link_to_host(node, node.devices[0]).gb_per_s, 63.0);
  const Node nothing = one_gpu({}, {}, {}, {});
  EXPECT_FALSE(narrowest_link_to_host(nothing, nothing.devices[0]).known());
}

TEST(Link, IsShownWithItsGenerationWhereKnown) {
  EXPECT_EQ(to_string(pcie(5, 16)), "Gen5 x16 63.0 GB/s");
  EXPECT_EQ(to_string(Link{31.507692, 0, 0}), "31.5 GB/s");
  EXPECT_EQ(to_string(Link{}), "unknown");
}

TEST(KindOf, GpusOfDevelopmentBoxesAreKnownByVendorAndClass) {
  constexpr std::uint16_t controller_3d = 0x0302;
  EXPECT_EQ(kind_of({0x10de, 0x2237}, controller_3d), DeviceKind::gpu);  // A10G of g5
  EXPECT_EQ(kind_of({0x10de, 0x26b9}, controller_3d), DeviceKind::gpu);  // L40S of g6e
  EXPECT_EQ(kind_of({0x1d0f, 0x1111}, 0x0300), DeviceKind::other);  // the console of an instance
}

}  // namespace
}  // namespace plumbline
