#include "suites/running/host_lock.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

TEST(HostLock, NamesItsHolderToTheNext) {
  const ScratchFolder folder;
  const auto file = folder.path() / "lock";
  HostLock lock(file);
  EXPECT_EQ(lock.killed_holder(), std::nullopt);
  lock.name_run("/results/runs/20261124T000000Z_smoke");
  try {
    const HostLock second(file);
    FAIL() << "two runs at once";
  } catch (const HostBusy& error) {
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid()) + " since 2"));
    EXPECT_THAT(error.what(), HasSubstr("run /results/runs/20261124T000000Z_smoke"));
    EXPECT_THAT(error.what(), HasSubstr("kill " + std::to_string(::getpid())));
  }
}

TEST(HostLock, IsFreeAfterItsHolder) {
  const ScratchFolder folder;
  const auto file = folder.path() / "lock";
  { const HostLock lock(file); }
  const HostLock lock(file);
  EXPECT_EQ(lock.killed_holder(), std::nullopt);
}

TEST(HostLock, OfAKilledHolderIsFreeAndSaysWhoItWas) {
  const ScratchFolder folder;
  const auto file = folder.path() / "lock";
  const pid_t holder = ::fork();
  if (holder == 0) {
    HostLock lock(file);
    lock.name_run("/the/run");
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(holder, nullptr, 0);
  const HostLock lock(file);
  ASSERT_TRUE(lock.killed_holder());
  EXPECT_EQ(lock.killed_holder()->pid, holder);
  EXPECT_EQ(lock.killed_holder()->run, "/the/run");
}

TEST(HostLock, OverlooksWhatIsNoHolder) {
  const ScratchFolder folder;
  const auto file = folder.path() / "lock";
  std::ofstream(file) << "something else\n";
  const HostLock lock(file);
  EXPECT_EQ(lock.killed_holder(), std::nullopt);
}

TEST(HostLock, FollowsNoLink) {
  const ScratchFolder folder;
  std::ofstream(folder.path() / "precious") << "text";
  std::filesystem::create_symlink(folder.path() / "precious", folder.path() / "lock");
  EXPECT_THROW(HostLock{folder.path() / "lock"}, std::system_error);
}

}  // namespace
}  // namespace plumbline
