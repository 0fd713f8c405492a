#include "results/schema/host_identity.h"

#include <gtest/gtest.h>

#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

TEST(HostIdentity, TheDmiProductNameIsTheType) {
  const ScratchFolder root;
  write_file(root / "sys/class/dmi/id/product_name", "p5.48xlarge\n");
  const HostIdentity identity = identify_host(root.path());
  EXPECT_EQ(identity.instance_type, "p5.48xlarge");
  EXPECT_EQ(identity.source, "DMI product name");
  EXPECT_FALSE(identity.host.empty());
}

TEST(HostIdentity, WithoutDmiTheProcessorNamesTheType) {
  const ScratchFolder root;
  write_file(root / "proc/cpuinfo",
             "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9R14 (Zen 4)\n");
  EXPECT_EQ(identify_host(root.path()).instance_type, "unnamed-amd-epyc-9r14-zen-4");
  EXPECT_EQ(identify_host(root.path()).source, "CPU model");
}

TEST(HostIdentity, ArmHasNoModelName) {
  const ScratchFolder root;
  write_file(root / "proc/cpuinfo", "processor\t: 0\nCPU part\t: 0xd4f\n");
  EXPECT_EQ(identify_host(root.path()).instance_type, "unnamed-arm-0xd4f");
}

TEST(HostIdentity, NothingIsKnown) {
  const ScratchFolder root;
  EXPECT_EQ(identify_host(root.path()).instance_type, "unnamed-cpu");
}

TEST(FileSafe, KeepsWhatAFileNameMayHold) {
  EXPECT_EQ(file_safe("p5.48xlarge"), "p5.48xlarge");
  EXPECT_EQ(file_safe("../../etc/passwd"), "-.-..-etc-passwd");
  EXPECT_EQ(file_safe("a b/c"), "a-b-c");
}

}  // namespace
}  // namespace plumbline
