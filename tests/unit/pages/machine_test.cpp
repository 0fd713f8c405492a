// What is in a node, and what it sustained.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reports/pages/machine_picture.h"
#include "reports/pages/sustained_burn.h"
#include "tests/unit/pages/markup.h"

namespace plumbline {
namespace {

/// Two NUMA nodes with two GPUs each, two EFA devices near each GPU; or near each pair of them.
class Node {
 public:
  explicit Node(bool in_pairs = false) {
    for (std::uint64_t n = 0; n < 2; ++n) {
      devices_.push_back({"n", fmt::format("numa{}", n), "numa", "1 TiB", "", "", "", n});
    }
    for (std::uint64_t g = 0; g < 4; ++g) {
      const std::string gpu = fmt::format("gpu{}", g);
      devices_.push_back({"n", gpu, "gpu", "GH100 [H100]", "", "", "", g / 2});
      const std::uint64_t near = in_pairs ? g / 2 : g;
      add("topology.gpu.nearest_efa", gpu).text = fmt::format("rdmap{0}0s0 rdmap{0}1s0", near);
      for (int i = 0; i < 2; ++i) {
        devices_.push_back(
            {"n", fmt::format("rdmap{}{}s0", g, i), "efa", "EFA", "", "", "", g / 2});
      }
    }
  }

  Finding& add(const std::string& metric, const std::string& subject,
               Verdict verdict = Verdict::pass) {
    Finding f;
    f.id = fmt::format("{:08x}", findings_.size());
    f.metric = metric;
    f.subject = subject;
    f.verdict = verdict;
    f.unit = "GB/s";
    findings_.push_back(f);
    return findings_.back();
  }

  std::string drawn(void (*draw)(const html::Element&, std::span<const Device* const>,
                                 std::span<const Finding* const>)) const {
    std::vector<const Device*> devices;
    std::vector<const Finding*> findings;
    for (const Device& d : devices_) devices.push_back(&d);
    for (const Finding& f : findings_) findings.push_back(&f);
    html::Document document;
    {
      const auto html = document.open("en");
      const auto body = html.add("body");
      draw(body, devices, findings);
    }
    return document.take();
  }

  void clear_devices() { devices_.clear(); }

 private:
  std::vector<Device> devices_;
  std::vector<Finding> findings_;
};

TEST(MachinePicture, DrawsEachDeviceOnceInItsPlace) {
  const std::string text = Node().drawn(machine_picture);
  EXPECT_EQ(occurrences(text, "class=\"panel\""), 2U);
  EXPECT_EQ(occurrences(text, "class=\"part gpu\""), 4U);
  EXPECT_EQ(occurrences(text, "class=\"part efa\""), 8U);
  EXPECT_EQ(occurrences(text, ">H100</text>"), 4U);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

TEST(MachinePicture, GpusThatShareTheirNearestDevicesStandTogether) {
  EXPECT_EQ(occurrences(Node(true).drawn(machine_picture), "class=\"part efa\""), 4U);
}

TEST(MachinePicture, WhatIsNotAsItShouldBeCarriesItsVerdict) {
  Node node;
  node.add("gpu_memory.read", "gpu2", Verdict::fail);
  node.add("gpu_memory.copy", "gpu2", Verdict::warn);
  node.add("gpu_memory.read", "gpu1", Verdict::unjudged);
  node.add("efa.errors", "rdmap30s0", Verdict::warn);
  const std::string text = node.drawn(machine_picture);
  EXPECT_EQ(occurrences(text, "class=\"part gpu v-fail\""), 1U);
  EXPECT_EQ(occurrences(text, "class=\"part efa v-warn\""), 1U);
  EXPECT_NE(text.find("gpu2: FAIL"), std::string::npos);
}

TEST(MachinePicture, ASlowPairIsNeitherGpusFault) {
  Node node;
  Finding& f = node.add("nvlink.write", "gpu0>gpu1", Verdict::fail);
  f.value = 100;
  node.add("nvlink.write", "gpu1>gpu0").value = 395;
  const std::string text = node.drawn(machine_picture);
  EXPECT_EQ(occurrences(text, "part gpu v-"), 0U);
  EXPECT_NE(text.find("class=\"part links v-fail\""), std::string::npos);
  EXPECT_NE(text.find("gpu0&gt;gpu1 100"), std::string::npos);
}

TEST(MachinePicture, WithoutDevicesThereIsNone) {
  Node node;
  node.clear_devices();
  EXPECT_EQ(node.drawn(machine_picture).find("<svg"), std::string::npos);
  EXPECT_EQ(node.drawn(gpu_nic_table).find("<table"), std::string::npos);
}

TEST(GpuNicTable, SaysWhatIsNearAndHowFastItWas) {
  Node node;
  Finding& f = node.add("efa.write", "rdmap20s0");
  f.params = {{"memory", "gpu"}};
  f.value = 12.1;
  const std::string text = node.drawn(gpu_nic_table);
  EXPECT_EQ(occurrences(text, "class=\"near\""), 8U);
  EXPECT_EQ(occurrences(text, ">12.10</a>"), 1U);
  EXPECT_NE(text.find("GB/s from the memory of the nearest GPU"), std::string::npos);
}

TEST(SustainedBurn, OnlyWhatIsBelowTheOthersHasColourAndAName) {
  std::vector<BurnCurve> all;
  for (int g = 0; g < 8; ++g) {
    const double end = g == 3 ? 700 : 760;
    const std::string gpu = fmt::format("gpu{}", g);
    all.push_back(
        {"n", gpu, "dtype=bf16", "gpu_compute.sustained", "TFLOPS", 1, {800, 780, end, end}});
    // Its power is that of the others: what stands out is whose products do.
    all.push_back(
        {"n", gpu, "dtype=bf16", "gpu_compute.sustained_power", "W", 1, {{}, 699, 700, 700}});
  }
  std::vector<const BurnCurve*> curves;
  for (const BurnCurve& curve : all) curves.push_back(&curve);
  html::Document document;
  {
    const auto html = document.open("en");
    const auto body = html.add("body");
    sustained_burn(body, {}, curves);
  }
  const std::string text = document.take();
  EXPECT_EQ(occurrences(text, "<figure"), 2U);
  EXPECT_LT(text.find("Sustained over time"), text.find("Power over time"));
  EXPECT_EQ(occurrences(text, "curve curve-context"), 14U);
  EXPECT_EQ(occurrences(text, "curve curve-0"), 2U);
  EXPECT_EQ(occurrences(text, ">gpu3</text>"), 2U);
  EXPECT_EQ(occurrences(text, "data-x=\"0.5 1.5 2.5 3.5\""), 8U);
  EXPECT_EQ(occurrences(text, "data-x=\"1.5 2.5 3.5\""), 8U) << "what is not known is left out";
  EXPECT_EQ(occurrences(text, ">gpu4</text>"), 0U);
}

TEST(SustainedBurn, ATableForEachTypeAndACurveForEachGpu) {
  std::vector<Finding> findings;
  for (const char* type : {"bf16", "fp8_e4m3"}) {
    for (const auto& [metric, value] : {std::pair("gpu_compute.sustained", 765.0),
                                        std::pair("gpu_compute.sustained_clock", 1787.0),
                                        std::pair("gpu_compute.power_capped", 0.99)}) {
      Finding f;
      f.metric = metric;
      f.subject = "gpu0";
      f.params = {{"dtype", type}};
      f.value = value;
      f.unit = metric == std::string("gpu_compute.sustained_clock") ? "MHz" : "TFLOPS";
      findings.push_back(f);
    }
  }
  BurnCurve curve{"n", "gpu0", "dtype=bf16", "gpu_compute.sustained", "TFLOPS", 2, {800, 780, 760}};
  std::vector<const Finding*> own;
  for (const Finding& f : findings) own.push_back(&f);
  const std::vector<const BurnCurve*> curves = {&curve};
  html::Document document;
  {
    const auto html = document.open("en");
    const auto body = html.add("body");
    sustained_burn(body, own, curves);
  }
  const std::string text = document.take();
  EXPECT_EQ(occurrences(text, "<h4>"), 2U);
  EXPECT_TRUE(says(text, "99\u00A0%"));
  EXPECT_TRUE(says(text, "1787\u00A0MHz"));
  EXPECT_NE(text.find("data-x=\"1 3 5\""), std::string::npos);
}

}  // namespace
}  // namespace plumbline
