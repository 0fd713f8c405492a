#include "probes/topology/host_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

TEST(HostSettings, SayWhatChangesANumber) {
  const ScratchFolder root;
  write_file(root / "etc/os-release", "NAME=\"x\"\nPRETTY_NAME=\"Ubuntu 22.04.5 LTS\"\n");
  write_file(root / "proc/meminfo", "MemTotal:       2097152000 kB\nSwapTotal:      0 kB\n");
  write_file(root / "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  write_file(root / "sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "performance\n");
  write_file(root / "sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "powersave\n");
  write_file(root / "sys/devices/system/cpu/smt/control", "off\n");
  write_file(root / "sys/class/dmi/id/product_name", "p5.48xlarge\n");
  const Settings settings = host_settings(root.path());
  EXPECT_THAT(settings, Contains(Key("kernel")));
  EXPECT_THAT(settings, Contains(Pair("os", "Ubuntu 22.04.5 LTS")));
  EXPECT_THAT(settings, Contains(Pair("memory", "2000.0 GiB")));
  EXPECT_THAT(settings, Contains(Pair("transparent_hugepages", "madvise")));
  EXPECT_THAT(settings, Contains(Pair("cpu_governor", "performance powersave")));
  EXPECT_THAT(settings, Contains(Pair("smt", "off")));
  EXPECT_THAT(settings, Contains(Pair("dmi.product_name", "p5.48xlarge")));
  EXPECT_THAT(settings, Not(Contains(Key("numa_balancing"))));
}

TEST(TellingEnvironment, KeepsWhatChangesANumberAndNothingElse) {
  const char* const environment[] = {"PATH=/bin",       "NCCL_ALGO=ring", "AWS_SECRET_ACCESS_KEY=s",
                                     "FI_PROVIDER=efa", "HOME=/root",     "NCCLX=1",
                                     "LD_PRELOAD=a=b",  nullptr};
  EXPECT_THAT(telling_environment(environment),
              ElementsAre(Pair("env.FI_PROVIDER", "efa"), Pair("env.LD_PRELOAD", "a=b"),
                          Pair("env.NCCL_ALGO", "ring")));
}

}  // namespace
}  // namespace plumbline
