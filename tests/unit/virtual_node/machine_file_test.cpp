#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "probes/virtual_node/machine.h"
#include "probes/virtual_node/shape/shape.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class MachineFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "machine_file_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::copy_file(fs::path(MACHINE_FILES) / "p5.48xlarge.toml", folder_ / "p5.48xlarge.toml");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& text) const {
    std::ofstream(folder_ / "m.toml") << text;
    return folder_ / "m.toml";
  }
  std::string refusal(const std::string& text) const {
    try {
      read_machine(write(text));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "it was read";
  }

  fs::path folder_;
};

TEST_F(MachineFile, EveryShippedOneCanBeRead) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(MACHINE_FILES)) {
    const Machine machine = read_machine(entry.path());
    EXPECT_TRUE(machine.gpus.size() == 8 || machine.gpus.size() == 4) << entry.path();
    EXPECT_THAT(machine.model.capability, AnyOf(80U, 90U, 100U, 103U))
        << entry.path() << ": the shipped fatbin has no code for it";
    ++count;
  }
  EXPECT_GE(count, 20U);
}

TEST_F(MachineFile, TheShapeHasTheGpusOfTheDriver) {
  for (const auto& entry : fs::directory_iterator(MACHINE_FILES)) {
    std::vector<std::string> on_the_bus, of_the_driver;
    for (const HostBridge& bridge : read_shape(entry.path()).bridges) {
      for (const PciFunction& function : bridge.devices) {
        if (!function.pci_type.starts_with("0302 [10de:")) continue;
        on_the_bus.push_back(fmt::format("0000:{:02x}:{:02x}.0", function.bus, function.device));
      }
    }
    for (const Gpu& gpu : read_machine(entry.path()).gpus) {
      of_the_driver.push_back(gpu.pci_address);
    }
    EXPECT_EQ(on_the_bus, of_the_driver) << entry.path();
  }
}

TEST_F(MachineFile, AShapeIsItsBasesWithWhatItSaysItself) {
  const Shape shape = read_shape(
      write("base = \"p5.48xlarge.toml\"\n[shape]\nremote_distance = 11\n[shape.kind.gpu]\n"
            "product = \"another\"\n"));
  EXPECT_EQ(shape.remote_distance, 11U);
  EXPECT_EQ(shape.cores_per_package, 48U);
  ASSERT_EQ(shape.bridges.size(), 9U);
  const PciFunction& gpu = shape.bridges[1].devices.at(8);
  EXPECT_EQ(gpu.product, "another");
  EXPECT_THAT(gpu.pci_type, HasSubstr("10de:2330"));
  EXPECT_EQ(shape.bridges[1].devices.at(4).os_name, "rdmap79s0");
  EXPECT_EQ(shape.bridges[8].devices.back().os_name, "nvme8n1");
}

TEST_F(MachineFile, AShapeThatCannotBeIsRefusedWithItsLine) {
  const auto refused = [&](const std::string& text) -> std::string {
    try {
      read_shape(write("base = \"p5.48xlarge.toml\"\n" + text));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refused("[[shape.bridge]]\nbuses = [1, 2]\ngpu = [\"5300\"]\n"),
              HasSubstr("expected bus and device like \"53:00\""));
  EXPECT_THAT(refused("[[shape.bridge]]\nbuses = [1, 2]\ntpu = [\"53:00\"]\n"),
              HasSubstr("m.toml:4: unknown key tpu"));
  EXPECT_THAT(refused("[[shape.bridge]]\nbuses = [3, 2]\n"), HasSubstr("first and the last"));
  EXPECT_THAT(refused("[shape]\npackages = 4000000000\n"), HasSubstr("more than 4096 packages"));
  EXPECT_THAT(refused("[shape.kind.efa]\nos_type = \"bus\"\n"), HasSubstr("openfabrics"));
}

TEST_F(MachineFile, AFaultyOneIsItsBaseAndItsFaults) {
  const Machine machine = read_machine(write(
      "base = \"p5.48xlarge.toml\"\n[[fault]]\nwhat = \"slow_memory\"\ngpu = 3\nfactor = 0.8\n"));
  EXPECT_EQ(machine.instance_type, "p5.48xlarge");
  EXPECT_EQ(machine.gpus[3].memory_rate, 0.8);
  EXPECT_EQ(machine.gpus[2].memory_rate, 1.0);
}

TEST_F(MachineFile, WhatIsNotKnownIsRefusedWithItsLine) {
  const std::string base = "base = \"p5.48xlarge.toml\"\n";
  EXPECT_THAT(refusal(base + "speed = 3\n"), HasSubstr("m.toml:2: unknown key speed"));
  EXPECT_THAT(refusal(base + "[[fault]]\nwhat = \"tired\"\n"),
              HasSubstr("unknown fault \"tired\", expected one of"));
  EXPECT_THAT(refusal(base + "[[fault]]\nwhat = \"missing_gpu\"\ngpu = 8\n"),
              HasSubstr("there is no gpu 8"));
  EXPECT_THAT(refusal(base + "[[fault]]\nwhat = \"slow_memory\"\ngpu = 1\n"),
              HasSubstr("factor is missing"));
  EXPECT_THAT(refusal(base + "noise = \"much\"\n"), HasSubstr("noise is of another type"));
  EXPECT_THAT(refusal(base + "[[fault]]\nwhat = \"stuck_bit\"\ngpu = 1\noffset = 0\nbit = 9\n"),
              HasSubstr("bit is 9, expected 0 to 7"));
  EXPECT_THAT(refusal("host = \"empty\"\n"), HasSubstr("gpu_addresses is missing"));
  EXPECT_THAT(refusal("base = \"none.toml\"\n"), HasSubstr("none.toml cannot be read"));
  EXPECT_THAT(refusal("base = \"m.toml\"\n"), HasSubstr("m.toml:1: the bases go 8 deep"));
}

}  // namespace
}  // namespace plumbline::virtual_node
