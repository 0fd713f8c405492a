#include "probes/topology/topology_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <set>

#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

/// Case name -> value, "skipped: <reason>" for what cannot be known.
std::map<std::string, std::string> facts_of(const Node& node) {
  Plan plan({});
  plan_topology(plan, node);
  std::map<std::string, std::string> facts;
  for (const Case& entry : plan.cases()) {
    std::string value = "skipped: " + entry.reason;
    if (entry.kind == Case::Kind::fact) {
      const FactValue found = entry.fact();
      value = std::holds_alternative<std::string>(found)
                  ? std::get<std::string>(found)
                  : fmt::format("{:g}", std::get<double>(found));
    }
    EXPECT_TRUE(facts.emplace(entry.name, value).second) << entry.name << " is there twice";
  }
  return facts;
}

TEST(Facts, OfAP5) {
  const auto facts = facts_of(discovered(p5_48xlarge()));
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"topology.cpu.packages/node", "2"},
           {"topology.cpu.cores/node", "96"},
           {"topology.cpu.threads/node", "192"},
           {"topology.numa.count/node", "2"},
           {"topology.numa.memory/numa1", "1000"},
           {"topology.numa.cpus/numa1", "48-95,144-191"},
           {"topology.numa.distance/numa0>numa1", "32"},
           {"topology.numa.last_level_cache/numa0", "105"},
           {"topology.numa.efas/numa0", "16"},
           {"topology.memory.total/node", "1999.9"},
           {"topology.gpu.count/node", "8"},
           {"topology.gpu.pci_id/gpu3", "10de:2330"},
           {"topology.gpu.numa_node/gpu3", "0"},
           {"topology.gpu.numa_node/gpu4", "1"},
           {"topology.gpu.link/gpu3", "63.0154"},
           {"topology.gpu.host_path/gpu3", "15.7538"},
           {"topology.gpu.nearest_efa/gpu0", "rdmap79s0 rdmap80s0 rdmap81s0 rdmap82s0"},
           {"topology.gpu.nearest_efa_count/gpu0", "4"},
           {"topology.gpu.nearest_efa_by/gpu0", "PCIe switch"},
           {"topology.efa.count/node", "32"},
           {"topology.efa.pci_id/rdmap79s0", "1d0f:efa1"},
           {"topology.efa.numa_node/rdmap201s0", "1"},
           {"topology.nic.count/node", "32"},
           {"topology.nvme.count/node", "8"},
           {"topology.nvme.size/nvme0", "3800"},
           {"topology.pci.id/0000:86:00.0", "10de:2330"},
       }) {
    EXPECT_THAT(facts, Contains(Pair(name, value)));
  }
}

TEST(Facts, ALinkThatIsNotReportedIsASkippedRow) {
  EXPECT_THAT(facts_of(discovered(p4d_24xlarge())),
              Contains(Pair("topology.efa.link/rdmap16s27", "skipped: PCI reports no link speed")));
}

TEST(Facts, AMissingGpuIsAMissingSlot) {
  const auto facts = facts_of(discovered(machine_named("p5.48xlarge_without_gpu3")));
  EXPECT_THAT(facts, Contains(Pair("topology.gpu.count/node", "7")));
  EXPECT_THAT(facts, Not(Contains(Key("topology.gpu.pci_id/gpu7"))));
  EXPECT_THAT(facts, Not(Contains(Key("topology.pci.id/0000:86:00.0"))));
  EXPECT_THAT(facts, Contains(Key("topology.pci.id/0000:97:00.0")));
}

TEST(Facts, AMachineWithoutGpusHasCountsOfZero) {
  DescribedMachine machine = p4d_24xlarge();
  machine.bridges.clear();
  const auto facts = facts_of(discovered(machine));
  EXPECT_THAT(facts, Contains(Pair("topology.gpu.count/node", "0")));
  EXPECT_THAT(facts, Contains(Pair("topology.efa.count/node", "0")));
}

TEST(Facts, EveryMetricIsDescribedOnceAndUsed) {
  std::set<std::string> names;
  for (const Metric& metric : topology_metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_TRUE(std::string(metric.name).starts_with("topology."));
    EXPECT_STRNE(metric.meaning, "");
  }
}

TEST(Devices, AreThePartsOfTheMachine) {
  Plan plan({});
  plan_topology(plan, discovered(p5_48xlarge()));
  std::map<std::string, Device> devices;
  for (const Device& device : plan.devices()) devices[device.subject] = device;
  EXPECT_EQ(devices.size(), 2U + 2 + 8 + 32 + 32 + 8 + 1);
  EXPECT_EQ(devices["gpu3"].kind, "gpu");
  EXPECT_EQ(devices["gpu3"].pci_address, "0000:86:00.0");
  EXPECT_EQ(devices["gpu3"].name, "GH100 [H100 SXM5 80GB]");
  EXPECT_EQ(devices["gpu3"].numa_node, 0U);
  EXPECT_EQ(devices["rdmap201s0"].kind, "efa");
  EXPECT_EQ(devices["numa1"].name, "1000.0 GiB, CPUs 48-95,144-191");
}

}  // namespace
}  // namespace plumbline
