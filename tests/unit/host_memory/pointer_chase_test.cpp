#include "probes/host_memory/pointer_chase.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "probes/host_memory/random_order.h"

namespace plumbline::host_memory {
namespace {

/// Lines of 64 bytes to build rings in.
struct Memory {
  explicit Memory(std::size_t lines) : storage(lines) {}
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(storage)); }
  std::vector<ChaseLine> storage;
};

std::size_t cycle_length(const ChaseLine* begin, std::size_t most) {
  std::size_t length = 1;
  for (const ChaseLine* line = begin->next; line != begin && length <= most; line = line->next) {
    ++length;
  }
  return length;
}

std::string reason_of(const PointerChase& chase, ThreadTeam& team) {
  try {
    chase.verify(team);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(RandomOrder, IsAPermutationForEveryCount) {
  for (const std::uint64_t count :
       {2U, 3U, 4U, 5U, 16U, 17U, 100U, 255U, 256U, 257U, 1000U, 4096U, 10'007U}) {
    const RandomOrder order(count, 1);
    std::set<std::uint64_t> seen;
    for (std::uint64_t k = 0; k < count; ++k) seen.insert(order(k));
    EXPECT_EQ(seen.size(), count);
    EXPECT_LT(*seen.rbegin(), count);
  }
}

TEST(RandomOrder, StepsAreOfAllLengths) {
  // |a - b| of two random places of n has the mean n/3 and its 10 % quantile at 0.051 n.
  constexpr std::uint64_t count = 100'000;
  const RandomOrder order(count, 1);
  std::vector<double> steps;
  for (std::uint64_t k = 0; k + 1 < count; ++k) {
    steps.push_back(std::abs(static_cast<double>(order(k)) - static_cast<double>(order(k + 1))) /
                    count);
  }
  std::sort(steps.begin(), steps.end());
  EXPECT_NEAR(steps[count / 10], 0.051, 0.002);
  EXPECT_NEAR(steps[count / 2], 0.293, 0.005);
}

TEST(RandomOrder, DiffersBySeed) {
  const RandomOrder one(1000, 1), two(1000, 2);
  int same = 0;
  for (std::uint64_t k = 0; k < 1000; ++k) same += one(k) == two(k);
  EXPECT_LT(same, 10);
}

TEST(PointerChase, IsOneRingThroughAllLines) {
  ThreadTeam team({0, 0, 0});
  for (const std::size_t lines : {2U, 3U, 4U, 5U, 64U, 100U, 1000U, 4096U, 99'991U}) {
    Memory memory(lines);
    const PointerChase chase(memory.bytes(), team);
    EXPECT_EQ(chase.lines(), lines);
    EXPECT_EQ(cycle_length(chase.position(), lines), lines);
    EXPECT_EQ(reason_of(chase, team), "");
  }
}

TEST(PointerChase, GoesOnWhereItEnded) {
  ThreadTeam team({0});
  Memory memory(1000);
  PointerChase chase(memory.bytes(), team);
  const ChaseLine* expected = chase.position();
  for (const std::size_t loads : {1U, 15U, 16U, 17U, 999U, 1000U, 5000U}) {
    for (std::size_t i = 0; i < loads; ++i) expected = expected->next;
    chase.follow(loads);
    ASSERT_EQ(chase.position(), expected);
    ASSERT_EQ(reason_of(chase, team), "");
  }
}

TEST(PointerChase, FindsARingThatIsTooShort) {
  ThreadTeam team({0, 0});
  Memory memory(1000);
  PointerChase chase(memory.bytes(), team);
  ChaseLine& line = memory.storage[500];
  line.next = line.next->next;
  EXPECT_THAT(reason_of(chase, team), testing::HasSubstr("leads to"));
}

TEST(PointerChase, FindsALineThatPointsNowhere) {
  ThreadTeam team({0, 0});
  Memory memory(1000);
  PointerChase chase(memory.bytes(), team);
  memory.storage[999].next = memory.storage.data() + 1000;
  EXPECT_THAT(reason_of(chase, team), testing::HasSubstr("damaged"));
}

TEST(PointerChase, NeedsTwoLines) {
  ThreadTeam team({0});
  Memory memory(1);
  EXPECT_THROW(PointerChase(memory.bytes(), team), std::invalid_argument);
}

TEST(LatencyWork, GivesSecondsPerLoad) {
  ThreadTeam team({0});
  Memory memory(64);
  PointerChase chase(memory.bytes(), team);
  LatencyWork work(chase, team);
  work.set_sample_time(1e-3);
  const double seconds = work.sample();
  EXPECT_GT(seconds, 1e-10);
  EXPECT_LT(seconds, 1e-5);
  EXPECT_EQ(reason_of(chase, team), "");
}

}  // namespace
}  // namespace plumbline::host_memory
