#include "probes/host_memory/thread_team.h"

#include <gmock/gmock.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "probes/host_memory/node_pair.h"

namespace plumbline::host_memory {
namespace {

TEST(ThreadTeam, RunsEachRankOnce) {
  ThreadTeam team({0, 0, 0, 0});
  std::vector<std::atomic<int>> calls(4);
  for (int round = 1; round <= 100; ++round) {
    team.run([&](std::size_t rank) { ++calls[rank]; });
    for (const auto& count : calls) ASSERT_EQ(count, round);
  }
}

TEST(ThreadTeam, RunsOnTheGivenCpus) {
  const std::vector<unsigned> cpus = allowed_cpus();
  ThreadTeam team(cpus);
  std::vector<int> found(cpus.size());
  team.run([&](std::size_t rank) { found[rank] = ::sched_getcpu(); });
  for (std::size_t i = 0; i < cpus.size(); ++i) EXPECT_EQ(found[i], static_cast<int>(cpus[i]));
}

TEST(ThreadTeam, AllBeginBeforeAnyIsDone) {
  ThreadTeam team({0, 0, 0});
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> inside = 0;
    std::atomic<bool> lonely = false;
    team.run([&](std::size_t) {
      ++inside;
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (inside != 3) {
        if (std::chrono::steady_clock::now() > give_up) lonely = true;
        if (lonely) return;
        std::this_thread::yield();
      }
    });
    ASSERT_FALSE(lonely);
  }
}

TEST(ThreadTeam, TimesTheSlowestThread) {
  ThreadTeam team({0, 0});
  const double seconds = team.run([](std::size_t rank) {
    if (rank == 1) std::this_thread::sleep_for(std::chrono::milliseconds(30));
  });
  EXPECT_GE(seconds, 0.03);
  EXPECT_LT(seconds, 10);
}

TEST(ThreadTeam, SurvivesExceptionsOfAllAndOfOne) {
  ThreadTeam team({0, 0, 0});
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> done = 0;
    EXPECT_THROW(team.run([&](std::size_t rank) {
      ++done;
      if (rank != 1 || round % 2 == 0) throw std::runtime_error("broken");
    }),
                 std::runtime_error);
    EXPECT_EQ(done, 3) << "the others finish";
    EXPECT_GE(team.run([](std::size_t) {}), 0);
  }
}

TEST(ThreadTeam, RethrowsTheExceptionOfTheLowestRank) {
  ThreadTeam team({0, 0, 0});
  try {
    team.run([](std::size_t rank) {
      if (rank > 0) throw std::runtime_error(std::to_string(rank));
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
}

TEST(ThreadTeam, EndsWithoutEverHavingWorked) {
  for (int i = 0; i < 50; ++i) ThreadTeam team({0, 0});
}

TEST(ThreadTeam, ManyMoreThreadsThanCpus) {
  ThreadTeam team(std::vector<unsigned>(16, 0));
  std::atomic<int> calls = 0;
  for (int round = 0; round < 20; ++round) team.run([&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 16 * 20);
}

TEST(ThreadTeam, NamesTheCpuThatItCannotHave) {
  try {
    ThreadTeam team({0, 4095});
    FAIL() << "a thread was pinned to a CPU that is not there";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("cpu4095"));
  }
}

TEST(ThreadTeam, RefusesToBeEmpty) { EXPECT_THROW(ThreadTeam({}), std::invalid_argument); }

}  // namespace
}  // namespace plumbline::host_memory
