#include "probes/efa/device_counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "probes/efa/rail.h"

namespace plumbline::efa {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

/// A folder as the kernel shows an EFA device.
class Sysfs : public testing::Test {
 protected:
  Sysfs() {
    std::string name = fs::temp_directory_path() / "sysfs_XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    write("class/infiniband/rdmap79s0/node_guid", "4f00:0200:0a12:3456");
    write("class/infiniband/rdmap79s0/device/numa_node", "1");
    write("module/efa/version", "2.17.0");
    write(port("tx_bytes"), "1000");
    write(port("rdma_write_bytes"), "500");
    write(port("rx_drops"), "0");
    write(port("lifespan"), "12");
    write("class/infiniband/rdmap79s0/hw_counters/cmds_err", "3");
  }
  ~Sysfs() override { fs::remove_all(root_); }

  static std::string port(const std::string& counter) {
    return "class/infiniband/rdmap79s0/ports/1/hw_counters/" + counter;
  }
  void write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << '\n';
  }
  DeviceState read() const { return read_device(root_, "rdmap79s0"); }

  fs::path root_;
};

TEST_F(Sysfs, CountersOfPortAndDeviceAndWhatItIs) {
  const DeviceState state = read();
  EXPECT_THAT(state.counters,
              UnorderedElementsAre(Pair("tx_bytes", 1000), Pair("rdma_write_bytes", 500),
                                   Pair("rx_drops", 0), Pair("cmds_err", 3)));
  EXPECT_THAT(state.attributes,
              UnorderedElementsAre(Pair("node_guid", "4f00:0200:0a12:3456"), Pair("numa_node", "1"),
                                   Pair("driver", "2.17.0")));
}

TEST_F(Sysfs, WhatTheKernelDoesNotReadIsUnknownAndNotZero) {
  write(port("retrans_pkts"), "");  // an EIO gives no text either
  const DeviceState state = read();
  EXPECT_THAT(state.unreadable, ElementsAre("retrans_pkts"));
  EXPECT_EQ(growth(state, state, "retrans_pkts"), std::nullopt);
  EXPECT_EQ(growth(state, state, "rx_bytes"), std::nullopt);
}

TEST_F(Sysfs, ADeviceThatIsNotThere) {
  EXPECT_THROW(read_device(root_, "rdmap80s0"), std::runtime_error);
}

TEST_F(Sysfs, Growth) {
  const DeviceState before = read();
  write(port("rx_drops"), "7");
  EXPECT_EQ(growth(before, read(), "rx_drops"), 7U);
  EXPECT_EQ(growth(before, read(), "cmds_err"), 0U);
}

TEST_F(Sysfs, ACounterThatFellIsAReset) {
  const DeviceState before = read();
  write(port("tx_bytes"), "10");
  EXPECT_THROW(growth(before, read(), "tx_bytes"), std::runtime_error);
}

TEST_F(Sysfs, APathThatCarriedWhatWasSent) {
  const DeviceState before = read();
  write(port("tx_bytes"), "1001100");
  write(port("rdma_write_bytes"), "1000500");
  EXPECT_EQ(path_fault(before, read(), Operation::write, 1e6), std::nullopt);
}

TEST_F(Sysfs, AnotherPathCarriedIt) {
  const DeviceState before = read();
  write(port("tx_bytes"), "21000");
  EXPECT_THAT(path_fault(before, read(), Operation::send, 1e6).value(),
              HasSubstr("tx_bytes of the device grew by 20000, expected at least 1000000"));
}

TEST_F(Sysfs, WritesThatSoftwareMakesOfMessages) {
  const DeviceState before = read();
  write(port("tx_bytes"), "1101000");
  EXPECT_THAT(path_fault(before, read(), Operation::write, 1e6).value(),
              HasSubstr("rdma_write_bytes of the device did not grow"));
  EXPECT_EQ(path_fault(before, read(), Operation::send, 1e6), std::nullopt);
}

/// Its file is there all the same, and stays 0.
TEST_F(Sysfs, ADeviceWithoutRdmaWriteMakesItsWritesOfMessages) {
  write("class/infiniband/rdmap79s0/device/device", "0xefa0");
  write(port("rdma_read_bytes"), "5");
  const DeviceState before = read();
  write(port("tx_bytes"), "1101000");
  EXPECT_EQ(path_fault(before, read(), Operation::write, 1e6), std::nullopt);
  write(port("rx_bytes"), "9000000");
  EXPECT_THAT(path_fault(before, read(), Operation::read, 1e6).value_or(""),
              HasSubstr("rdma_read_bytes of the device did not grow"));
}

TEST_F(Sysfs, WithoutCountersNothingIsSaid) {
  DeviceState none;
  EXPECT_EQ(path_fault(none, none, Operation::write, 1e6), std::nullopt);
}

TEST(DeviceOf, ADomain) {
  EXPECT_EQ(device_of("rdmap79s0-rdm"), "rdmap79s0");
  EXPECT_EQ(device_of("eth0"), "eth0");
}

}  // namespace
}  // namespace plumbline::efa
