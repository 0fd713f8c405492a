#include "probes/host_memory/memory_budget.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/byte_sizes.h"

namespace plumbline::host_memory {
namespace {

namespace fs = std::filesystem;

/// The kernel's files of a machine, below a folder of the test's own.
class MemoryBudgetTest : public testing::Test {
 protected:
  MemoryBudgetTest()
      : root_(fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(root_);
    file("proc/meminfo",
         "MemTotal:       33554432 kB\nMemFree:         1048576 kB\n"
         "MemAvailable:   16777216 kB\nHugepagesize:       2048 kB\n");
    file("sys/devices/system/node/node1/meminfo",
         "Node 1 MemTotal:       16777216 kB\nNode 1 MemFree:         4194304 kB\n"
         "Node 1 Inactive(file):   1048576 kB\n");
    file("sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "512\n");
  }
  ~MemoryBudgetTest() override { fs::remove_all(root_); }

  void file(const fs::path& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  fs::path root_;
};

TEST_F(MemoryBudgetTest, OfTheMachineWhereThereIsOneMemory) {
  const MemoryBudget budget = memory_budget(0, true, root_);
  EXPECT_EQ(budget.total_bytes, 32 * gibibyte);
  EXPECT_EQ(budget.available_bytes, 16 * gibibyte);
}

TEST_F(MemoryBudgetTest, OfOneNodeOfSeveral) {
  const MemoryBudget budget = memory_budget(1, false, root_);
  EXPECT_EQ(budget.total_bytes, 16 * gibibyte);
  EXPECT_EQ(budget.available_bytes, 5 * gibibyte) << "free and droppable";
}

TEST_F(MemoryBudgetTest, OfANodeThatIsNotThere) {
  EXPECT_EQ(memory_budget(7, false, root_).available_bytes, 0U);
}

TEST_F(MemoryBudgetTest, CgroupVersion2Limits) {
  file("proc/self/cgroup", "0::/kubepods/pod\n");
  file("sys/fs/cgroup/kubepods/memory.max", "4294967296\n");
  file("sys/fs/cgroup/kubepods/memory.current", "3221225472\n");
  file("sys/fs/cgroup/kubepods/memory.stat", "anon 1\ninactive_file 1073741824\n");
  file("sys/fs/cgroup/kubepods/pod/memory.max", "max\n");
  EXPECT_EQ(memory_budget(1, false, root_).available_bytes, 2 * gibibyte)
      << "the limit of the group above: 4 GiB less 3 GiB, of which 1 GiB can be dropped";
}

TEST_F(MemoryBudgetTest, CgroupVersion1Limits) {
  file("proc/self/cgroup", "9:name=systemd:/\n4:memory:/job\n3:cpuset:/\n0::/\n");
  file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "2147483648\n");
  file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "1073741824\n");
  EXPECT_EQ(memory_budget(1, false, root_).available_bytes, gibibyte);
}

TEST_F(MemoryBudgetTest, AFullCgroupLeavesNothing) {
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/memory.max", "1073741824\n");
  file("sys/fs/cgroup/memory.current", "2147483648\n");
  EXPECT_EQ(memory_budget(1, false, root_).available_bytes, 0U);
}

TEST_F(MemoryBudgetTest, HugePagePool) {
  EXPECT_EQ(huge_page_pool(1, root_).page_bytes, std::uint64_t{2} << 20);
  EXPECT_EQ(huge_page_pool(1, root_).free_bytes, gibibyte);
  EXPECT_EQ(huge_page_pool(0, root_).free_bytes, 0U);
}

}  // namespace
}  // namespace plumbline::host_memory
