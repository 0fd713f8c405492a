#include "probes/virtual_node/device_memory.h"

#include <gtest/gtest.h>

#include <cstring>

namespace plumbline::virtual_node {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST(DeviceMemory, FarMoreThanThisHostHas) {
  DeviceMemory memory(8, std::uint64_t{80} << 30);
  for (int gpu = 0; gpu < 8; ++gpu) {
    Block* block = memory.allocate(gpu, std::size_t{79} << 30);
    ASSERT_NE(block, nullptr);
    block->data[block->bytes - 1] = std::byte{1};
    EXPECT_EQ(block->data[0], std::byte{0});
  }
  EXPECT_EQ(memory.allocate(0, std::size_t{2} << 30), nullptr) << "a GPU has no more than it has";
  EXPECT_NE(memory.allocate(0, mib), nullptr);
}

TEST(DeviceMemory, LargePiecesLieFromTheBottomSmallOnesFromTheTop) {
  DeviceMemory memory(1, 64 * mib);
  Block* small = memory.allocate(0, 16);
  Block* first = memory.allocate(0, 3 * mib);
  Block* second = memory.allocate(0, 2 * mib);
  EXPECT_EQ(small->offset, 64 * mib - 4096);
  EXPECT_EQ(first->offset, 0U);
  EXPECT_EQ(second->offset, 4 * mib);
  memory.free(*first);
  EXPECT_EQ(memory.allocate(0, 2 * mib)->offset, 0U) << "what was given back is used again";
}

TEST(DeviceMemory, ACopyOfALargePieceIsExact) {
  DeviceMemory memory(2, std::uint64_t{8} << 30);
  Block* from = memory.allocate(0, std::size_t{4} << 30);
  Block* to = memory.allocate(1, std::size_t{4} << 30);
  from->data[5] = std::byte{42};
  from->data[std::size_t{3} << 30] = std::byte{43};
  to->data[mib] = std::byte{99};
  memory.copy(to->data, from->data, from->bytes);
  EXPECT_EQ(to->data[5], std::byte{42});
  EXPECT_EQ(to->data[std::size_t{3} << 30], std::byte{43});
  EXPECT_EQ(to->data[mib], std::byte{0}) << "what the source never held is zero in the copy too";
}

TEST(DeviceMemory, FillingWithZerosKeepsTheNeighbours) {
  DeviceMemory memory(1, 64 * mib);
  Block* block = memory.allocate(0, 8 * mib);
  std::memset(block->data, 7, block->bytes);
  memory.fill(block->data + 100, 0, 4 * mib);
  EXPECT_EQ(block->data[99], std::byte{7});
  EXPECT_EQ(block->data[100], std::byte{0});
  EXPECT_EQ(block->data[100 + 4 * mib - 1], std::byte{0});
  EXPECT_EQ(block->data[100 + 4 * mib], std::byte{7});
}

TEST(DeviceMemory, AStuckBitHasItsWayWhateverIsWritten) {
  DeviceMemory memory(2, 64 * mib);
  memory.add(1, {.offset = 2 * mib + 5, .bit = 3});
  memory.allocate(1, mib);
  Block* block = memory.allocate(1, mib);
  ASSERT_EQ(block->offset, 2 * mib);
  memory.fill(block->data, 0, block->bytes);
  EXPECT_EQ(block->data[5], std::byte{8});
  EXPECT_EQ(block->data[4], std::byte{0});
}

TEST(DeviceMemory, NoTwoStatesShareAVersion) {
  DeviceMemory memory(1, 64 * mib);
  Block* block = memory.allocate(0, mib);
  const std::uint64_t before = block->version;
  memory.fill(block->data, 1, 10);
  const std::uint64_t after = block->version;
  EXPECT_NE(before, after);
  memory.free(*block);
  EXPECT_GT(memory.allocate(0, mib)->version, after);
}

TEST(DeviceMemory, FindsTheBlockOfAnAddress) {
  DeviceMemory memory(1, 64 * mib);
  Block* block = memory.allocate(0, 1000);
  EXPECT_EQ(memory.find(block->data + 999), block);
  EXPECT_EQ(memory.find(block->data + 1000), nullptr);
  EXPECT_FALSE(block->holds(block->data + 999, 2));
  int on_the_stack = 0;
  EXPECT_EQ(memory.find(&on_the_stack), nullptr);
}

}  // namespace
}  // namespace plumbline::virtual_node
