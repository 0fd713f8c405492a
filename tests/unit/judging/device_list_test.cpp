#include "reports/judging/device_list.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

const Device from_pci = {"n", "gpu3", "gpu", "GH100 [H100 SXM5 80GB]", "", "", "0000:86:00.0", 0};
const Device from_driver = {"n", "gpu3", "gpu", "NVIDIA H100 80GB HBM3", "GPU-1", "1650", "", {}};

TEST(DeviceList, WhatSeveralProbesKnowOfADeviceIsOneDevice) {
  for (const bool driver_first : {false, true}) {
    DeviceList list;
    list.add(driver_first ? from_driver : from_pci);
    list.add(driver_first ? from_pci : from_driver);
    const auto devices = list.take();
    ASSERT_EQ(devices.size(), 1U);
    EXPECT_EQ(devices[0].name, "NVIDIA H100 80GB HBM3");
    EXPECT_EQ(devices[0].uuid, "GPU-1");
    EXPECT_EQ(devices[0].serial, "1650");
    EXPECT_EQ(devices[0].pci_address, "0000:86:00.0");
    EXPECT_EQ(devices[0].numa_node, 0U);
  }
}

TEST(DeviceList, TheSameSubjectOfAnotherHostIsAnother) {
  Device other = from_pci;
  other.host = "m";
  DeviceList list({from_pci});
  list.add(other);
  EXPECT_EQ(list.size(), 2U);
}

}  // namespace
}  // namespace plumbline
