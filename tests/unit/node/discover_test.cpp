#include "probes/node/discover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/schema/file_error.h"
#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> subjects(const Node& node, DeviceKind kind) {
  std::vector<std::string> names;
  for (const PciDevice* device : node.devices_of(kind)) names.push_back(device->subject);
  return names;
}

TEST(Discover, FindsEverythingInAP5) {
  const Node node = discovered(p5_48xlarge());
  EXPECT_FALSE(node.live);
  EXPECT_EQ(node.product_name, "p5.48xlarge");
  EXPECT_EQ(node.host, "p5-like");
  EXPECT_EQ(node.cpu_model, "AMD EPYC 7R13 Processor");
  EXPECT_THAT(node.packages, SizeIs(2));
  EXPECT_THAT(node.cores, SizeIs(96));
  EXPECT_THAT(node.cpus, SizeIs(192));
  EXPECT_THAT(subjects(node, DeviceKind::gpu),
              ElementsAre("gpu0", "gpu1", "gpu2", "gpu3", "gpu4", "gpu5", "gpu6", "gpu7"));
  EXPECT_THAT(node.devices_of(DeviceKind::efa), SizeIs(32));
  EXPECT_THAT(node.devices_of(DeviceKind::nic), SizeIs(32));
  EXPECT_THAT(node.devices_of(DeviceKind::nvme), SizeIs(8));
  EXPECT_THAT(subjects(node, DeviceKind::ebs), ElementsAre("ebs0"));
  EXPECT_THAT(node.devices_of(DeviceKind::other), SizeIs(2));  // the PIIX4 and the Amazon VGA
}

TEST(Discover, KnowsTheMemoryOfEachNumaNode) {
  const Node node = discovered(p5_48xlarge());
  ASSERT_THAT(node.numa_nodes, SizeIs(2));
  const NumaNode& second = node.numa_nodes[1];
  EXPECT_EQ(second.subject(), "numa1");
  EXPECT_EQ(second.memory_bytes, 1073702535168U);
  EXPECT_EQ(format_cpu_list(second.cpus), "48-95,144-191");
  EXPECT_EQ(format_cpu_list(second.one_cpu_per_core), "48-95");
  EXPECT_EQ(second.last_level_cache_bytes, 105U * 1024 * 1024);
  EXPECT_THAT(second.distances, ElementsAre(32, 10));
  EXPECT_EQ(node.memory_bytes(), 2 * 1073702535168U);
}

TEST(Discover, NamesNetworkDevicesAsTheOsDoesAndCountsOthersInPciOrder) {
  const Node node = discovered(p4d_24xlarge());
  EXPECT_THAT(subjects(node, DeviceKind::efa),
              ElementsAre("rdmap16s27", "rdmap32s27", "rdmap144s27", "rdmap160s27"));
  EXPECT_THAT(subjects(node, DeviceKind::nic),
              ElementsAre("enp16s0", "enp32s1", "enp144s1", "enp160s1"));
  const PciDevice& drive = *node.devices_of(DeviceKind::nvme)[2];
  EXPECT_EQ(drive.subject, "nvme2");
  EXPECT_EQ(to_string(drive.address), "0000:20:1e.0");
  EXPECT_EQ(drive.size_bytes, 917968750ULL * 1024);
}

TEST(Discover, CallsEfaByNumberWithoutTheirDriver) {
  DescribedMachine machine = p4d_24xlarge();
  for (DescribedRoot& root : machine.bridges) {
    for (DescribedDevice& device : root.devices) device.os_name.clear();
  }
  EXPECT_THAT(subjects(discovered(machine), DeviceKind::efa),
              ElementsAre("efa0", "efa1", "efa2", "efa3"));
}

TEST(Discover, AnRdmaDeviceIsNotAnEfaBecauseItIsRdma) {
  DescribedMachine machine = p4d_24xlarge();
  machine.bridges.back().devices.push_back({0xa0, 2, "0207 [15b3:1021] [15b3:0001] 00", 3.94,
                                            "MT2910 [ConnectX-7]", "ibp160s2f0", 3, 0});
  const Node node = discovered(machine);
  EXPECT_THAT(node.devices_of(DeviceKind::efa), SizeIs(4));
  EXPECT_EQ(subjects(node, DeviceKind::nic).back(), "ibp160s2f0");
}

TEST(Discover, AnNvidiaDeviceIsAGpuByItsClass) {
  DescribedMachine machine = p4d_24xlarge();
  machine.bridges.back().devices.push_back(
      {0xa0, 3, "0680 [10de:1af1] [10de:1aaf] a1", 0, "GA100 [A100 NVSwitch]", "", 0, 0});
  machine.bridges.back().devices.push_back(
      {0xa0, 4, "0403 [10de:228e] [10de:0000] a1", 0, "", "", 0, 0});  // a GPU's audio
  const Node node = discovered(machine);
  EXPECT_THAT(node.devices_of(DeviceKind::gpu), SizeIs(8));
  EXPECT_THAT(subjects(node, DeviceKind::nvswitch), ElementsAre("nvswitch0"));
  EXPECT_THAT(node.devices_of(DeviceKind::other), SizeIs(3));
}

TEST(Discover, DevicesOfAPackageWithoutMemoryHaveNoNumaNode) {
  const Node node = discovered(machine_named("p5.48xlarge_without_numa1"));
  const auto gpus = node.devices_of(DeviceKind::gpu);
  ASSERT_THAT(gpus, SizeIs(8));
  EXPECT_EQ(gpus[3]->numa_node, 0U);
  EXPECT_EQ(gpus[4]->numa_node, std::nullopt);
}

/// Grace: the memory of a GPU is a NUMA node of its own, and hwloc gives it the CPUs nearby.
TEST(Discover, TheMemoryOfAGpuIsANumaNodeWithoutCpus) {
  const Node node = discovered_from(R"(<?xml version="1.0" encoding="UTF-8"?>
<topology version="2.0">
 <object type="Machine" os_index="0" cpuset="0x3" complete_cpuset="0x3" allowed_cpuset="0x3"
   nodeset="0x15" complete_nodeset="0x15" allowed_nodeset="0x15" gp_index="1">
  <object type="Package" os_index="0" cpuset="0x3" complete_cpuset="0x3" nodeset="0x15"
    complete_nodeset="0x15" gp_index="2">
   <object type="NUMANode" os_index="0" cpuset="0x3" complete_cpuset="0x3" nodeset="0x1"
     complete_nodeset="0x1" gp_index="3" local_memory="515396075520"></object>
   <object type="NUMANode" os_index="2" subtype="GPUMemory" cpuset="0x3" complete_cpuset="0x3"
     nodeset="0x4" complete_nodeset="0x4" gp_index="4" local_memory="197568495616"></object>
   <object type="NUMANode" os_index="4" cpuset="0x3" complete_cpuset="0x3"
     nodeset="0x10" complete_nodeset="0x10" gp_index="9" local_memory="1073741824"></object>
   <object type="Core" os_index="0" cpuset="0x3" complete_cpuset="0x3" nodeset="0x15"
     complete_nodeset="0x15" gp_index="5">
    <object type="PU" os_index="0" cpuset="0x1" complete_cpuset="0x1" nodeset="0x15"
      complete_nodeset="0x15" gp_index="6"></object>
    <object type="PU" os_index="1" cpuset="0x2" complete_cpuset="0x2" nodeset="0x15"
      complete_nodeset="0x15" gp_index="7"></object>
   </object>
   <object type="Bridge" gp_index="8" bridge_type="0-1" depth="0" bridge_pci="0009:[01-01]">
    <object type="PCIDev" gp_index="10" pci_busid="0009:01:00.0"
      pci_type="0302 [10de:2941] [10de:0000] a1" pci_link_speed="63.015385"></object>
   </object>
  </object>
 </object>
</topology>)");
  ASSERT_THAT(node.numa_nodes, SizeIs(3));
  EXPECT_EQ(format_cpu_list(node.numa_nodes[0].cpus), "0-1");
  EXPECT_EQ(format_cpu_list(node.numa_nodes[0].one_cpu_per_core), "0");
  EXPECT_EQ(node.numa_nodes[1].subtype, "GPUMemory");
  EXPECT_FALSE(node.numa_nodes[1].has_cpus());
  EXPECT_FALSE(node.numa_nodes[2].has_cpus());
  EXPECT_EQ(node.memory_bytes(), 515396075520U);  // only what CPUs have
  ASSERT_THAT(node.devices, SizeIs(1));
  EXPECT_EQ(node.devices[0].numa_node, 0U);
  EXPECT_EQ(to_string(node.devices[0].address), "0009:01:00.0");
}

TEST(Discover, ReadsAFileWithALicenceInAComment) {
  std::string xml = hwloc_xml(p4d_24xlarge());
  xml.insert(xml.find("<!DOCTYPE"),
             "<!-- Licensed under <b>some</b> terms -->\n<!--\n  more\n-->\n");
  EXPECT_THAT(discovered_from(xml).devices_of(DeviceKind::gpu), SizeIs(8));
}

TEST(Discover, ThisMachineIsLiveAndHasCpusWithMemory) {
  const Node node = discover();
  EXPECT_TRUE(node.live);
  ASSERT_THAT(node.numa_nodes, Not(IsEmpty()));
  EXPECT_GT(node.memory_bytes(), 0U);
  EXPECT_FALSE(node.cpus.empty());
  for (const NumaNode& numa : node.numa_nodes) {
    EXPECT_LE(numa.one_cpu_per_core.size(), numa.cpus.size());
  }
}

// ---- Files that cannot be read

std::string complaint(const std::string& text) {
  const ScratchFolder folder;
  write_file(folder / "m.xml", text);
  try {
    discover({folder / "m.xml"});
  } catch (const FileError& error) {
    return error.what();
  }
  return "none";
}

TEST(DiscoverRefuses, AMissingFile) {
  EXPECT_THROW(
      {
        try {
          discover({"/nowhere/m.xml"});
        } catch (const FileError& error) {
          EXPECT_STREQ(error.what(), "/nowhere/m.xml: cannot read it: No such file or directory");
          throw;
        }
      },
      FileError);
}

TEST(DiscoverRefuses, AFolder) {
  const ScratchFolder folder;
  EXPECT_THROW(discover({folder.path()}), FileError);
}

TEST(DiscoverRefuses, SomethingElse) {
  EXPECT_THAT(complaint("hello"), HasSubstr("m.xml: no <topology> element, expected an hwloc XML"));
}

TEST(DiscoverRefuses, ANcclTopology) {
  EXPECT_THAT(complaint("<system version=\"1\"></system>"),
              HasSubstr("this is a NCCL topology (<system>), expected an hwloc XML (<topology>)"));
}

TEST(DiscoverRefuses, AFileOfHwloc3) {
  EXPECT_THAT(complaint("<topology version=\"3.0\"></topology>"),
              AllOf(HasSubstr("topology version: hwloc XML 3.0, but this program has hwloc 2"),
                    HasSubstr("--export-xml-flags v2")));
}

TEST(DiscoverRefuses, ACutFile) {
  const std::string xml = hwloc_xml(p4d_24xlarge());
  EXPECT_THAT(complaint(xml.substr(0, xml.size() / 2)), HasSubstr("no well-formed XML"));
}

TEST(DiscoverRefuses, AnEmptyTopology) {
  EXPECT_THAT(complaint("<topology version=\"2.0\"></topology>"), EndsWith("cannot import it"));
}

// hwloc would take half a GiB for it.
TEST(DiscoverRefuses, ACpuWithoutANumber) {
  std::string xml = hwloc_xml(p4d_24xlarge());
  const std::size_t cpu = xml.find("os_index", xml.find("type=\"PU\""));
  EXPECT_THAT(complaint(std::string(xml).replace(cpu, 2, "as")),
              HasSubstr("os_index: found \"\", expected a number"));
  EXPECT_THAT(complaint(std::string(xml).replace(cpu + 10, 1, "4294967294")),
              HasSubstr("os_index: found \"4294967294\""));
}

// A device cut out by hand with one end tag too many: hwloc takes what stands before it.
TEST(DiscoverRefuses, AStrayEndTag) {
  std::string xml = hwloc_xml(p4d_24xlarge());
  xml.insert(xml.find("<object type=\"PCIDev\""), "</object>");
  EXPECT_THAT(complaint(xml), HasSubstr("no well-formed XML"));
}

}  // namespace
}  // namespace plumbline
