#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>

#include "probes/node/xml_check.h"
#include "probes/topology/picture_layout.h"
#include "probes/topology/svg_writer.h"
#include "probes/topology/views.h"
#include "tests/unit/node/described.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

std::string svg_of(const Node& node) {
  return topology_svg(node, {node.host, node.product_name, "from machine.xml", {}});
}

struct Rectangle {
  double x, y, width, height;
};

std::vector<Rectangle> rectangles(const std::string& svg, const std::string& style) {
  const std::regex pattern("<rect class=\"" + style +
                           "\" x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" "
                           "height=\"([0-9.]+)\"");
  std::vector<Rectangle> found;
  for (std::sregex_iterator i(svg.begin(), svg.end(), pattern), end; i != end; ++i) {
    found.push_back(
        {std::stod((*i)[1]), std::stod((*i)[2]), std::stod((*i)[3]), std::stod((*i)[4])});
  }
  return found;
}

bool overlap(const Rectangle& a, const Rectangle& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

class PictureOf : public ::testing::TestWithParam<std::string> {};

TEST_P(PictureOf, IsWellFormedAndNothingOverlaps) {
  const std::string svg = svg_of(discovered(machine_named(GetParam())));
  EXPECT_NO_THROW(check_well_formed("picture.svg", svg));
  std::smatch size;
  ASSERT_TRUE(std::regex_search(svg, size, std::regex("viewBox=\"0 0 ([0-9]+) ([0-9]+)\"")));
  const auto cards = rectangles(svg, "card");
  ASSERT_FALSE(cards.empty());
  for (std::size_t i = 0; i < cards.size(); ++i) {
    EXPECT_LT(cards[i].x + cards[i].width, std::stod(size[1]));
    EXPECT_LT(cards[i].y + cards[i].height, std::stod(size[2]));
    for (std::size_t j = i + 1; j < cards.size(); ++j) {
      EXPECT_FALSE(overlap(cards[i], cards[j])) << i << " and " << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Machine, PictureOf,
                         ::testing::Values("p4d.24xlarge", "p5.48xlarge", "p5en.48xlarge",
                                           "p5.48xlarge_without_numa1",
                                           "p5.48xlarge_efas_of_gpu3_on_numa1"),
                         [](const auto& param) {
                           return std::regex_replace(param.param, std::regex("[^a-z0-9]"), "_");
                         });

TEST(Picture, ShowsEveryGpuAndEveryEfa) {
  const std::string svg = svg_of(discovered(p5_48xlarge()));
  EXPECT_EQ(count(svg, "<rect class=\"gpu\""), 8U + 1);  // one in the legend
  EXPECT_EQ(count(svg, "<rect class=\"efa\""), 32U + 1);
  EXPECT_EQ(count(svg, "<rect class=\"nvme\""), 8U + 1);
  EXPECT_THAT(svg, HasSubstr(">rdmap130s0</text>"));
  EXPECT_THAT(svg, HasSubstr(">4 x  enp71s0 … enp74s0</text>"));
}

TEST(Picture, BandwidthIsTheWidthOfALink) {
  const std::string svg = svg_of(discovered(p5_48xlarge()));
  EXPECT_EQ(count(svg, ">63.0</text>"), 8U + 1);
  EXPECT_THAT(svg, HasSubstr("stroke-width=\"8.8\""));  // 63.0 GB/s
  EXPECT_THAT(svg, HasSubstr("stroke-width=\"2.2\""));  // 15.8 GB/s
}

TEST(Picture, SaysWhichGpuHasNoEfaNearby) {
  EXPECT_EQ(count(svg_of(discovered(p5_48xlarge())), "no EFA below its root"), 0U);
  EXPECT_EQ(count(svg_of(discovered(machine_named("p5.48xlarge_efas_of_gpu3_on_numa1"))),
                  "no EFA below its root"),
            1U);
}

TEST(Picture, NamesFromTheMachineCannotBreakIt) {
  Node node = discovered(p4d_24xlarge());
  node.cpu_model = "a<b>&\"c";
  node.devices[5].name = "<script>";
  EXPECT_NO_THROW(check_well_formed("picture.svg", svg_of(node)));
}

TEST(Layout, GpusBelowOneSwitchShareABracket) {
  const Node node = discovered(p5en_48xlarge());
  const PictureLayout layout = layout_of(node, outline_of(node));
  ASSERT_EQ(layout.columns.size(), 2U);
  ASSERT_EQ(layout.columns[0].brackets.size(), 2U);
  EXPECT_EQ(layout.columns[0].brackets[0].gpus.size(), 2U);
  EXPECT_EQ(layout.columns[0].brackets[0].efas.size(), 4U);
  EXPECT_EQ(layout.columns[0].brackets[1].lane, 0U);
}

TEST(Fitted, CutsWithAnEllipsisBetweenLetters) {
  EXPECT_EQ(fitted("short", 100, 10, true), "short");
  EXPECT_EQ(fitted("a rather long name", 61, 10, true), "a rather …");
  EXPECT_EQ(fitted("ää", 6.2, 10, true), "…");
}

}  // namespace
}  // namespace plumbline
