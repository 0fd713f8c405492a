#include "probes/virtual_node/simt/thread.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace plumbline::virtual_node {
namespace {

using ::testing::HasSubstr;

TEST(RunGrid, EveryThreadOfEveryBlockRunsOnce) {
  std::vector<int> seen(24);
  run_grid("count", {3, 1, 1}, {4, 2, 1}, [&] {
    const DeviceThread& me = this_thread();
    ++seen[me.block.x * 8 + me.thread.y * 4 + me.thread.x];
  });
  EXPECT_EQ(seen, std::vector<int>(24, 1));
}

TEST(RunGrid, ABarrierSeparatesBeforeAndAfter) {
  std::array<int, 100> values{};
  std::array<int, 100> neighbours{};
  run_grid("shift", {2, 1, 1}, {100, 1, 1}, [&] {
    const unsigned i = this_thread().number;
    values[i] = static_cast<int>(i);
    block_barrier();
    neighbours[i] = values[(i + 1) % 100];
    block_barrier();
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(neighbours[static_cast<std::size_t>(i)], (i + 1) % 100);
}

TEST(RunGrid, AWarpExchangesValues) {
  std::array<std::uint64_t, 64> sums{};
  run_grid("sum", {1, 1, 1}, {64, 1, 1}, [&] {
    std::uint64_t sum = this_thread().number;
    for (unsigned by = 16; by > 0; by /= 2) {
      const WarpValues all = exchange(0xffffffffU, sum);
      const unsigned from = this_thread().lane() + by;
      if (from < 32) sum += all.of_lane[from];
    }
    sums[this_thread().number] = sum;
  });
  EXPECT_EQ(sums[0], 31U * 32 / 2);
  EXPECT_EQ(sums[32], 31U * 32 / 2 + 32 * 32);
}

TEST(RunGrid, AWarpThatIsNotFullExchangesAmongItsLanes) {
  std::uint64_t last = 0;
  run_grid("few", {1, 1, 1}, {5, 1, 1}, [&] {
    const WarpValues all = exchange(0xffffffffU, this_thread().number + 10);
    if (this_thread().number == 0) last = all.of_lane[4];
  });
  EXPECT_EQ(last, 14U);
}

TEST(RunGrid, ALaneThatDoesNotComeIsAnErrorThatNamesWhoWaits) {
  const auto half = [] {
    if (this_thread().number % 2 == 0) exchange(0xffffffffU, 1);
  };
  try {
    run_grid("half", {1, 1, 1}, {32, 1, 1}, half);
    FAIL() << "it ended";
  } catch (const LaunchFailure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("half, block 0,0,0, thread 0, lane 0"));
  }
  int ran = 0;
  run_grid("after", {1, 1, 1}, {8, 1, 1}, [&] { ++ran; });
  EXPECT_EQ(ran, 8) << "the next launch is not disturbed";
}

}  // namespace
}  // namespace plumbline::virtual_node
