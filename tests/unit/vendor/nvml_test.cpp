#include "probes/vendor/nvml.h"

#include <gmock/gmock.h>

namespace plumbline::nvml {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Fabric completed(unsigned health_mask) {
  Fabric fabric;
  fabric.state = FabricState::completed;
  fabric.health_mask = health_mask;
  return fabric;
}

TEST(Nvml, AMissingLibraryIsNamedWithWhatMendsIt) {
  try {
    open_library("/nowhere/libnvidia-ml.so.1");
    FAIL() << "it was opened";
  } catch (const Unavailable& reason) {
    EXPECT_EQ(reason.problem(), Problem::library_missing);
    EXPECT_THAT(reason.what(), AllOf(HasSubstr("/nowhere/libnvidia-ml.so.1"), HasSubstr("utility"),
                                     HasSubstr("--libnvidia-ml")));
  }
}

TEST(Nvml, AnotherLibraryIsNotNvml) {
  try {
    Session(DynamicLibrary("libm.so.6"));
    FAIL() << "libm was started";
  } catch (const Unavailable& reason) {
    EXPECT_EQ(reason.problem(), Problem::library_missing);
    EXPECT_THAT(reason.what(), HasSubstr("has no nvmlInit_v2"));
  }
}

TEST(NvmlReading, IsAValueOrAReason) {
  const Reading<int> value(3);
  EXPECT_TRUE(value);
  EXPECT_EQ(*value.then([](int v) { return 2.5 * v; }), 7.5);
  const Reading<int> none(Status::not_supported, "why");
  EXPECT_FALSE(none);
  EXPECT_EQ(none.then([](int v) { return v; }).reason(), "why");
  EXPECT_FALSE(none.is_fault()) << "a feature that is not there is no fault";
  EXPECT_TRUE(Reading<int>(Status::gpu_is_lost, "").is_fault());
}

TEST(NvmlFabric, TwoBitsEachOfWhichTwoIsGood) {
  EXPECT_EQ(fabric_complaint(completed(0xaa)), "") << "four times: told, and not so";
  EXPECT_EQ(fabric_complaint(completed(0)), "") << "not told";
  EXPECT_EQ(fabric_complaint(completed(0x1aa)), "") << "the configuration is correct";
  EXPECT_EQ(fabric_complaint(completed(0xa9)), "bandwidth is degraded");
  EXPECT_EQ(fabric_complaint(completed(0x5aa)), "it has too few NVLinks");
  EXPECT_EQ(fabric_complaint(completed(0x20aa)), "no partition is assigned");
  EXPECT_EQ(fabric_complaint(completed(0x10aa)), "");
  EXPECT_EQ(fabric_complaint(completed(0x99)), "bandwidth is degraded, a route is unhealthy");
}

TEST(NvmlFabric, CompletedAloneIsNotEnough) {
  Fabric fabric;
  EXPECT_EQ(fabric_complaint(fabric), "") << "a GPU without a fabric lacks none";
  fabric.state = FabricState::in_progress;
  EXPECT_THAT(fabric_complaint(fabric), HasSubstr("still going on"));
  fabric.state = FabricState::completed;
  EXPECT_EQ(fabric_complaint(fabric), "");
  fabric.status = Status::insufficient_resources;
  EXPECT_THAT(fabric_complaint(fabric), HasSubstr("(23)"));
  fabric.status = Status::success;
  fabric.health_summary = 2;
  EXPECT_EQ(fabric_complaint(fabric), "it is unhealthy");
}

TEST(NvmlWords, BitsAndActionsAreNamed) {
  EXPECT_EQ(clock_reasons_text(0), "none");
  EXPECT_EQ(clock_reasons_text(0x44), "power cap, thermal slowdown (hardware)");
  EXPECT_EQ(recovery_action_text(0), "none");
  EXPECT_EQ(recovery_action_text(4), "drain work, then reset the GPU");
  EXPECT_EQ(recovery_action_text(9), "action 9");
}

TEST(NvmlAbi, StructuresSayTheirVersion) {
  EXPECT_EQ(struct_version<FabricInfo>(3), 0x03000028U);
  EXPECT_EQ(struct_version<MemoryInfo>(2), 0x02000028U);
}

}  // namespace
}  // namespace plumbline::nvml
