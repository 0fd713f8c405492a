#include "probes/virtual_node/fault_form.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include "probes/virtual_node/machine.h"

namespace plumbline::virtual_node {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string refusal(const std::string& typed) {
  try {
    return "accepted: " + fault_table(typed);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(FaultForm, AShortOneIsTheTableOfTheFile) {
  EXPECT_EQ(fault_table("gpu3.hbm=0.8"),
            "[[fault]]\nwhat = \"slow_memory\"\ngpu = 3\nfactor = 0.8\n");
  EXPECT_EQ(fault_table("gpu6.missing"), "[[fault]]\nwhat = \"missing_gpu\"\ngpu = 6\n");
  EXPECT_EQ(fault_table("gpu2>gpu5.nvlink=0.5"),
            "[[fault]]\nwhat = \"slow_path\"\nfrom = \"gpu2\"\nto = \"gpu5\"\nfactor = 0.5\n");
  EXPECT_EQ(fault_table("nvlink.gpu2>gpu5=0.5"), fault_table("gpu2>gpu5.nvlink=0.5"));
  EXPECT_EQ(fault_table("driver.without=cuMemAlloc"),
            "[[fault]]\nwhat = \"missing_function\"\nfunction = \"cuMemAlloc\"\n");
}

TEST(FaultForm, ANumberIsSpelledAsTomlDoes) {
  EXPECT_THAT(fault_table("gpu3.hbm=.8"), HasSubstr("factor = 0.8\n"));
  EXPECT_THAT(fault_table("gpu3.stuck_bit=42949672960"), HasSubstr("offset = 42949672960\n"));
}

TEST(FaultForm, OneMayBeSpelledOut) {
  EXPECT_EQ(fault_table("slow_memory:gpu=3,factor=0.8"),
            "[[fault]]\nwhat = \"slow_memory\"\ngpu = 3\nfactor = 0.8\n");
  EXPECT_THAT(fault_table("slow_path:from=host,to=gpu1,factor=.5"), HasSubstr("from = \"host\"\n"));
}

TEST(FaultForm, WhatIsNoneIsRefusedWithWhatWasExpected) {
  EXPECT_THAT(refusal("gpu3.hbm"), HasSubstr("expected gpuN.hbm=FACTOR"));
  EXPECT_THAT(refusal("gpu3.hbm=slow"), HasSubstr("expected gpuN.hbm=FACTOR"));
  EXPECT_THAT(refusal("gpu6.missing=1"), HasSubstr("expected gpuN.missing"));
  EXPECT_THAT(refusal("gpux.hbm=1"), HasSubstr("expected gpuN.hbm=FACTOR"));
  EXPECT_THAT(refusal("gpu3"), HasSubstr("there is no fault \"gpu3\"; --list-faults"));
  EXPECT_THAT(refusal("slow_memory:gpu"), HasSubstr("found \"gpu\", expected key=value"));
  EXPECT_THAT(refusal("gpu0.collective_wrong=\"x"), HasSubstr("holds a quote"));
}

/// Every form with a value that can be, on a machine: machine.cpp knows what it comes to.
TEST(FaultForm, EveryOneIsKnownToTheMachine) {
  std::string name = (fs::temp_directory_path() / "fault_form_XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  fs::copy_file(fs::path(MACHINE_FILES) / "p5.48xlarge.toml", folder / "p5.48xlarge.toml");
  const std::map<std::string, std::string> values = {{"FUNCTION", "cuMemAlloc"},
                                                     {"OPERATION", "all_reduce"}};
  for (const FaultForm& form : fault_forms()) {
    std::string typed = spelling(form);
    if (typed.starts_with("gpuN")) typed.replace(0, 4, "gpu1");
    if (const std::size_t at = typed.find("gpuM"); at != std::string::npos) {
      typed.replace(at, 4, "gpu2");
    }
    if (*form.value != '\0') {
      const auto value = values.find(form.value);
      typed.replace(typed.find('=') + 1, std::string::npos,
                    value == values.end() ? "1" : value->second);
    }
    std::ofstream(folder / "machine.toml") << "base = \"p5.48xlarge.toml\"\n\n"
                                           << fault_table(typed);
    EXPECT_NO_THROW(read_machine(folder / "machine.toml")) << typed;
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace plumbline::virtual_node
