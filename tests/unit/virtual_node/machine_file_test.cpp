#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "probes/virtual_node/machine.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;
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
    EXPECT_EQ(read_machine(entry.path()).gpus.size(), 8U) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 13U);
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
}

}  // namespace
}  // namespace plumbline::virtual_node
