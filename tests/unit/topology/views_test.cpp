#include "probes/topology/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/golden.h"
#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

ViewTitle title_of(const Node& node) {
  return {node.host, node.product_name, "from machine.xml", {}};
}

class TextOf : public ::testing::TestWithParam<const char*> {};

TEST_P(TextOf, IsAsApproved) {
  const Node node = discovered(machine_named(GetParam()));
  expect_golden(std::string(GOLDEN_FOLDER "/") + GetParam() + ".txt",
                topology_text(node, title_of(node)));
}

INSTANTIATE_TEST_SUITE_P(Machine, TextOf,
                         ::testing::Values("p4d.24xlarge", "p5.48xlarge", "p5en.48xlarge",
                                           "p5.48xlarge_without_numa1",
                                           "p5.48xlarge_efas_of_gpu3_on_numa1"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Json, OfAP4dIsAsApproved) {
  const Node node = discovered(p4d_24xlarge());
  expect_golden(GOLDEN_FOLDER "/p4d.24xlarge.json", topology_json(node, title_of(node)));
}

TEST(Json, HasEveryDeviceAndItsNeighbours) {
  const Node node = discovered(p5_48xlarge());
  const auto json = nlohmann::json::parse(topology_json(node, title_of(node)));
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["devices"].size(), node.devices.size());
  EXPECT_EQ(json["bridges"].size(), node.bridges.size());
  for (const auto& device : json["devices"]) {
    if (device["subject"] != "gpu3") continue;
    EXPECT_EQ(device["nearest"]["efa"]["by"], "PCIe switch");
    EXPECT_EQ(device["nearest"]["efa"]["devices"].size(), 4U);
    EXPECT_EQ(device["nearest"]["nvme"]["devices"][0], "nvme3");
    EXPECT_NEAR(device["narrowest_link_to_host"]["gb_per_s"].get<double>(), 15.753846, 1e-5);
  }
}

TEST(Json, SurvivesNamesThatAreNoUtf8) {
  Node node;
  node.cpu_model = "\xff\xfe";
  EXPECT_THAT(topology_json(node, {"h", "t", "s", {}}), HasSubstr("cpu_model"));
}

TEST(Views, ShowWhatTheMetadataServiceSays) {
  const Node node = discovered(p4d_24xlarge());
  ViewTitle title = title_of(node);
  title.imds = {{"instance_id", "i-0123456789abcdef0"}};
  EXPECT_THAT(topology_text(node, title), HasSubstr("instance_id: i-0123456789abcdef0\n"));
  EXPECT_THAT(topology_json(node, title), HasSubstr("\"instance_id\": \"i-0123456789abcdef0\""));
}

TEST(Views, OfAnEmptyMachine) {
  const Node node;
  EXPECT_THAT(topology_text(node, {"h", "t", "s", {}}), HasSubstr("0 packages"));
  EXPECT_THAT(topology_svg(node, {"h", "t", "s", {}}), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace plumbline
