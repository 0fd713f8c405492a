#include "probes/health/kernel_log.h"

#include <gmock/gmock.h>

namespace plumbline::health {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(KernelLog, XidsAreFoundWithTheirGpu) {
  const std::string log =
      "6,1203,5114,-;pci 0000:53:00.0: BAR 0: assigned\n"
      "4,1204,5115,-;NVRM: Xid (PCI:0000:53:00): 79, pid='<unknown>', GPU has fallen off the bus.\n"
      " SUBSYSTEM=pci\n"
      "[ 12.5] NVRM: Xid (PCI:0000:CA:00): 13, pid=77, name=python3, Graphics Exception\n"
      "NVRM: Xid (PCI:0000:64:00.0): 94\n";
  EXPECT_THAT(xids_in(log),
              ElementsAre(Xid{"0000:53:00.0", 79, "pid='<unknown>', GPU has fallen off the bus."},
                          Xid{"0000:ca:00.0", 13, "pid=77, name=python3, Graphics Exception"},
                          Xid{"0000:64:00.0", 94, ""}));
}

TEST(KernelLog, WhatOnlyLooksLikeOneIsNone) {
  EXPECT_THAT(xids_in(""), IsEmpty());
  EXPECT_THAT(xids_in("NVRM: Xid (PCI:0000:53:00): , pid=1\nNVRM: Xid (PCI:0000:53:00\n"
                      "NVRM: GPU 0000:53:00.0: RmInitAdapter failed\nNVRM: Xid (PCI:"),
              IsEmpty());
}

TEST(KernelLog, ProgramsBringSomeThemselves) {
  for (const unsigned number : {13U, 31U, 43U, 45U}) EXPECT_TRUE(is_of_a_program(number)) << number;
  for (const unsigned number : {48U, 63U, 64U, 74U, 79U, 94U, 95U, 119U}) {
    EXPECT_FALSE(is_of_a_program(number)) << number;
  }
}

TEST(KernelLog, OneThatCannotBeReadSaysWhy) {
  const auto log = read_kernel_log("/nowhere/kmsg");
  ASSERT_FALSE(log);
  EXPECT_THAT(log.reason(), HasSubstr("/nowhere/kmsg: No such file"));
  EXPECT_FALSE(log.is_fault()) << "the rows are skipped, not failed";
}

}  // namespace
}  // namespace plumbline::health
