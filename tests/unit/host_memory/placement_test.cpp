#include "probes/node/placement.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "probes/harness/skip.h"
#include "probes/host_memory/placed_buffer.h"
#include "probes/host_memory/workbench.h"
#include "probes/node/discover.h"
#include "tests/byte_sizes.h"

namespace plumbline::host_memory {
namespace {

using testing::HasSubstr;

std::string reason_of(std::span<std::byte> memory, unsigned node, const PageNodes& where) {
  try {
    check_placement(memory, node, where);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// A kernel that says the same of every page.
PageNodes all_on(int node) {
  return [node](std::span<void* const> pages) { return std::vector<int>(pages.size(), node); };
}

TEST(CheckPlacement, AllWhereTheyShouldBe) {
  std::vector<std::byte> memory(10 * mebibyte);
  EXPECT_EQ(reason_of(memory, 3, all_on(3)), "");
}

TEST(CheckPlacement, CountsMisplacedPagesByNode) {
  std::vector<std::byte> memory(20 * mebibyte);
  const PageNodes where = [](std::span<void* const> pages) {
    std::vector<int> nodes(pages.size(), 1);
    nodes[2] = 0;
    nodes[3] = 0;
    nodes[5] = -ENOENT;
    return nodes;
  };
  EXPECT_THAT(reason_of(memory, 1, where),
              testing::AllOf(HasSubstr("3 of 11 sampled pages do not lie on numa1"),
                             HasSubstr("2 on numa0"), HasSubstr("1 unknown (No such file")));
}

TEST(CheckPlacement, LooksIntoEveryHugePageAndTheLastByte) {
  std::vector<std::byte> memory(9 * mebibyte);
  std::vector<void*> asked;
  const PageNodes where = [&](std::span<void* const> pages) {
    asked.assign(pages.begin(), pages.end());
    return std::vector<int>(pages.size(), 0);
  };
  check_placement(memory, 0, where);
  EXPECT_EQ(asked.front(), &memory.front());
  EXPECT_EQ(asked.back(), &memory.back());
  for (std::size_t i = 1; i < asked.size(); ++i) {
    EXPECT_LE(static_cast<std::byte*>(asked[i]) - static_cast<std::byte*>(asked[i - 1]),
              static_cast<std::ptrdiff_t>(2 * mebibyte));
  }
}

/// The first memory of this machine, with the CPUs that work on it.
class OnThisMachine : public testing::Test {
 protected:
  const NodePair pair_ = node_pairs(discover(), allowed_cpus(), 0).pairs.front();
  ThreadTeam team_{pair_.cpus};
};

TEST_F(OnThisMachine, ABufferLiesWhereItWasAskedFor) {
  const PlacedBuffer buffer(10 * mebibyte, pair_.memory_node, pair_.only_memory, team_);
  EXPECT_GE(buffer.bytes().size(), 10 * mebibyte);
  EXPECT_EQ(buffer.node(), pair_.memory_node);
  EXPECT_THAT(buffer.pages(), HasSubstr("pages of "));
  for (const std::byte value : buffer.bytes()) ASSERT_EQ(value, std::byte{0});
}

TEST_F(OnThisMachine, ABufferWithMisplacedPagesIsNoBuffer) {
  EXPECT_THROW(PlacedBuffer(4 * mebibyte, pair_.memory_node, pair_.only_memory, team_, all_on(99)),
               std::runtime_error);
}

PageNodes forbidden() {
  return [](std::span<void* const>) -> std::vector<int> {
    throw std::system_error(EPERM, std::generic_category(), "move_pages");
  };
}

TEST_F(OnThisMachine, TheOnlyMemoryNeedsNoPermissionToLookPagesUp) {
  const PlacedBuffer buffer(4 * mebibyte, pair_.memory_node, true, team_, forbidden());
  EXPECT_THAT(buffer.pages(), HasSubstr("not looked up: move_pages: Operation not permitted"));
}

TEST_F(OnThisMachine, OneOfSeveralMemoriesDoes) {
  EXPECT_THROW(PlacedBuffer(4 * mebibyte, pair_.memory_node, false, team_, forbidden()),
               std::system_error);
}

TEST_F(OnThisMachine, ANodeThatIsNotThereCannotBeBoundTo) {
  std::vector<std::byte> memory(mebibyte);
  EXPECT_THROW(bind_to_node(memory, 63), std::system_error);
}

TEST_F(OnThisMachine, TheWorkbenchKeepsWhatTheNextCaseNeedsToo) {
  Workbench bench;
  const std::byte* const first = bench.buffer(pair_, 8 * mebibyte).bytes().data();
  EXPECT_EQ(bench.buffer(pair_, 4 * mebibyte).bytes().data(), first);
  EXPECT_GE(bench.buffer(pair_, 16 * mebibyte).bytes().size(), 16 * mebibyte);
  EXPECT_EQ(&bench.team(pair_), &bench.team(pair_));
  EXPECT_EQ(bench.single(pair_).size(), 1U);
}

TEST_F(OnThisMachine, MoreMemoryThanThereIsIsASkip) {
  Workbench bench;
  try {
    bench.buffer(pair_, std::uint64_t{1} << 60);
    FAIL() << "an exbibyte was found";
  } catch (const Skip& skip) {
    EXPECT_THAT(skip.what(), testing::AllOf(HasSubstr(pair_.peer()), HasSubstr("--size")));
  }
}

}  // namespace
}  // namespace plumbline::host_memory
