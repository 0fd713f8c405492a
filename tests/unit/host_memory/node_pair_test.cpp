#include "probes/host_memory/node_pair.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/byte_sizes.h"

namespace plumbline::host_memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

NumaNode numa(unsigned os_index, CpuList cpus, std::uint64_t memory_bytes) {
  NumaNode node;
  node.os_index = os_index;
  node.cpus = std::move(cpus);
  node.memory_bytes = memory_bytes;
  return node;
}

/// Two sockets of two cores with two threads each; siblings are four apart.
Node two_sockets() {
  Node node;
  node.numa_nodes = {numa(0, {0, 1, 4, 5}, gibibyte), numa(1, {2, 3, 6, 7}, gibibyte)};
  node.cores = {{0, {0, 4}}, {1, {1, 5}}, {2, {2, 6}}, {3, {3, 7}}};
  return node;
}
const CpuList all_eight = {0, 1, 2, 3, 4, 5, 6, 7};

TEST(NodePairs, EachCpuNodeWithEachMemoryOneThreadPerCore) {
  const NodePairs found = node_pairs(two_sockets(), all_eight, 0);
  ASSERT_THAT(found.pairs, SizeIs(4));
  EXPECT_THAT(found.left_out, IsEmpty());
  EXPECT_EQ(found.pairs[0].subject(), "numa0");
  EXPECT_EQ(found.pairs[0].peer(), "numa0");
  EXPECT_TRUE(found.pairs[0].local());
  EXPECT_EQ(found.pairs[1].subject(), "numa1");
  EXPECT_EQ(found.pairs[1].peer(), "numa0") << "pairs of one memory stand together";
  EXPECT_FALSE(found.pairs[1].local());
  EXPECT_THAT(found.pairs[0].cpus, ElementsAre(0, 1));
  EXPECT_THAT(found.pairs[1].cpus, ElementsAre(2, 3));
  EXPECT_FALSE(found.pairs[0].only_memory);
}

TEST(NodePairs, MoreThreadsTakeTheSiblings) {
  EXPECT_THAT(node_pairs(two_sockets(), all_eight, 3).pairs[0].cpus, ElementsAre(0, 1, 4));
  EXPECT_THAT(node_pairs(two_sockets(), all_eight, 1).pairs[0].cpus, ElementsAre(0));
}

TEST(NodePairs, MoreThreadsThanCpusAreRefused) {
  EXPECT_THROW(node_pairs(two_sockets(), all_eight, 5), std::invalid_argument);
}

TEST(NodePairs, OnlyCpusThatMayBeUsed) {
  const NodePairs found = node_pairs(two_sockets(), {1, 4, 5}, 0);
  ASSERT_THAT(found.pairs, SizeIs(2));
  EXPECT_THAT(found.pairs[0].cpus, ElementsAre(4, 1)) << "one of each core";
  EXPECT_EQ(found.pairs[1].peer(), "numa1") << "memory without usable CPUs is still memory";
  ASSERT_THAT(found.left_out, SizeIs(1));
  EXPECT_EQ(found.left_out[0].subject, "numa1");
  EXPECT_THAT(found.left_out[0].reason, HasSubstr("none of its CPUs 2-3,6-7"));
}

TEST(NodePairs, MemoryOfADeviceIsAPeerOnly) {
  Node node = two_sockets();
  node.numa_nodes.push_back(numa(2, {}, gibibyte));
  const NodePairs found = node_pairs(node, all_eight, 0);
  ASSERT_THAT(found.pairs, SizeIs(6));
  EXPECT_EQ(found.pairs[4].peer(), "numa2");
  EXPECT_EQ(found.pairs[4].subject(), "numa0");
  EXPECT_THAT(found.left_out, IsEmpty());
}

TEST(NodePairs, ANodeWithoutMemoryIsSaidToHaveNone) {
  Node node = two_sockets();
  node.numa_nodes[1].memory_bytes = 0;
  const NodePairs found = node_pairs(node, all_eight, 0);
  ASSERT_THAT(found.pairs, SizeIs(2));
  EXPECT_TRUE(found.pairs[1].only_memory);
  EXPECT_EQ(found.pairs[1].subject(), "numa1") << "its cores use the other's memory";
  ASSERT_THAT(found.left_out, SizeIs(1));
  EXPECT_THAT(found.left_out[0].reason, HasSubstr("no memory"));
}

TEST(NodePairs, UnknownCoresMeanAThreadPerCpu) {
  Node node = two_sockets();
  node.cores.clear();
  EXPECT_THAT(node_pairs(node, all_eight, 0).pairs[0].cpus, ElementsAre(0, 1, 4, 5));
}

TEST(AllowedCpus, AreSomeAndAscending) {
  const CpuList cpus = allowed_cpus();
  ASSERT_THAT(cpus, testing::Not(IsEmpty()));
  EXPECT_TRUE(std::is_sorted(cpus.begin(), cpus.end()));
}

TEST(DefaultArrayBytes, FourTimesTheCaches) {
  EXPECT_EQ(default_array_bytes(105 * mebibyte, 1024 * gibibyte), 420 * mebibyte);
}

TEST(DefaultArrayBytes, AtLeast256MiB) {
  EXPECT_EQ(default_array_bytes(0, 1024 * gibibyte), 256 * mebibyte);
  EXPECT_EQ(default_array_bytes(32 * mebibyte, 1024 * gibibyte), 256 * mebibyte);
}

TEST(DefaultArrayBytes, ThreeTakeAtMostAnEighthOfASmallMemory) {
  EXPECT_EQ(default_array_bytes(gibibyte, 24 * gibibyte), gibibyte);
  EXPECT_EQ(default_array_bytes(gibibyte, 23 * gibibyte), 512 * mebibyte) << "a power of two";
  EXPECT_EQ(default_array_bytes(gibibyte, 4 * gibibyte), 256 * mebibyte);
}

}  // namespace
}  // namespace plumbline::host_memory
