#include "probes/virtual_node/links.h"

#include <gtest/gtest.h>

namespace plumbline::virtual_node {
namespace {

LinkDesign hopper() {
  LinkDesign design;
  design.nvlinks = 18;
  design.pcie_generation = 5;
  design.pcie_width = 16;
  return design;
}

TEST(Links, ADeadLinkTakesItsShare) {
  GpuLinks links;
  EXPECT_DOUBLE_EQ(nvlink_share(hopper(), links), 1);
  links.dead_nvlinks = {3};
  EXPECT_EQ(working_nvlinks(hopper(), links), 17U);
  EXPECT_DOUBLE_EQ(nvlink_share(hopper(), links), 17.0 / 18);
}

TEST(Links, OfLinksThatAreNotThereNoneIsDead) {
  GpuLinks links;
  links.nvlinks = 12;
  links.dead_nvlinks = {3, 15};
  EXPECT_EQ(working_nvlinks(hopper(), links), 11U);
}

TEST(Links, HalfTheLanesAreHalfTheRate) {
  GpuLinks links;
  links.pcie_width = 8;
  EXPECT_DOUBLE_EQ(pcie_share(hopper(), links), 0.5);
}

TEST(Links, AnOlderGenerationHasItsOwnLineCoding) {
  GpuLinks links;
  links.pcie_generation = 3;
  EXPECT_DOUBLE_EQ(pcie_share(hopper(), links), 0.25);
  links.pcie_generation = 2;
  EXPECT_NEAR(pcie_share(hopper(), links), 8.0 / 63.0154, 1e-5);
}

TEST(Links, WhatIsNotDescribedIsNoLimit) {
  EXPECT_DOUBLE_EQ(nvlink_share(LinkDesign{}, GpuLinks{}), 1);
  EXPECT_DOUBLE_EQ(pcie_share(LinkDesign{}, GpuLinks{}), 1);
}

}  // namespace
}  // namespace plumbline::virtual_node
