// The pages of many nodes: collectives, distributions, fabric.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "reports/pages/deviation_scale.h"
#include "reports/pages/line_chart.h"
#include "reports/pages/report_page.h"
#include "tests/unit/pages/example_charts.h"
#include "tests/unit/pages/markup.h"

namespace plumbline {
namespace {

/// The markup of one page of the report.
std::string section_of(const Evidence& evidence, const std::string& id) {
  const std::string page = report_page(evidence);
  const std::size_t begin = page.find("<section id=\"" + id + "\">");
  EXPECT_NE(begin, std::string::npos) << id;
  return page.substr(begin, page.find("</section>", begin) - begin);
}

/// What is drawn.
std::string drawn(const LineChart& chart) {
  html::Document document;
  {
    const auto html = document.open("en");
    const auto body = html.add("body");
    line_chart(body, chart);
  }
  return document.take();
}

LineChart two_points() {
  LineChart chart;
  chart.title = "T";
  chart.unit = "GB/s";
  chart.curves = {{"c", {{1024, 10, "a"}, {4096, 20, "b"}}}};
  return chart;
}

TEST(LineChart, ItsValuesStandBesideTheDrawing) {
  const std::string text = drawn(two_points());
  EXPECT_TRUE(says(text, "data-x=\"1024 4096\""));
  EXPECT_TRUE(says(text, "data-y=\"10 20\""));
  EXPECT_FALSE(says(text, "data-low"));
  EXPECT_FALSE(says(text, "data-expected"));
  EXPECT_FALSE(says(text, "data-ceiling"));
}

TEST(LineChart, WhatAValueIsHeldAgainstIsDrawnWhereItIsKnown) {
  LineChart chart = two_points();
  chart.curves.front().points[1].expected = 22;
  chart.curves.front().points[1].limit = 21;
  chart.ceiling = 40;
  const std::string text = drawn(chart);
  EXPECT_TRUE(says(text, "data-expected=\"- 22\""));
  EXPECT_TRUE(says(text, "data-limit=\"- 21\""));
  EXPECT_TRUE(says(text, "class=\"wanted\""));
  EXPECT_TRUE(says(text, "ceiling 40"));
}

TEST(LineChart, OnePointAndNoCurveAreDrawnToo) {
  LineChart chart = two_points();
  chart.curves.front().points.resize(1);
  EXPECT_EQ(drawn(chart).find("nan"), std::string::npos);
  chart.curves.clear();
  EXPECT_EQ(drawn(chart).find("<svg"), std::string::npos);
}

TEST(DeviationScale, StepsBeginWhereTheySay) {
  const DeviationScale scale(0.03);
  EXPECT_EQ(scale.level(0), 0);
  EXPECT_EQ(scale.level(-0.03), 0);
  EXPECT_EQ(scale.level(-0.031), 1);
  EXPECT_EQ(scale.level(-0.99), 5);
  EXPECT_EQ(scale.level(0.02), 0);
  EXPECT_EQ(scale.level(0.04), -1);
}

TEST(DeviationScale, ANoisyFabricHasAWiderNeutralAndStepsThatGrow) {
  const auto begins = DeviationScale(0.3).begins();
  EXPECT_EQ(begins[0], 0.3);
  for (std::size_t i = 1; i < begins.size(); ++i) EXPECT_GT(begins[i], begins[i - 1]);
}

TEST(Collectives, EachOperationAndNumberOfNodesIsAChart) {
  const std::string page = section_of(charts_evidence(40), "collectives");
  EXPECT_EQ(occurrences(page, "class=\"line-chart\""), 3U);
  EXPECT_TRUE(says(page, "over 4 nodes"));
  EXPECT_TRUE(says(page, "no NVLS"));
  EXPECT_TRUE(says(page, "class=\"range\""));  // 40 nodes differ
  EXPECT_TRUE(says(page, "class=\"wanted\""));
  EXPECT_TRUE(says(page, "ip-10-1-0-3"));  // the slowest, by name
}

TEST(Collectives, OfOneNodeNothingIsCalledTheSlowest) {
  const std::string page = section_of(charts_evidence(2), "collectives");
  Evidence one = charts_evidence(2);
  one.distributions = example_collectives(1);
  const std::string alone = section_of(one, "collectives");
  EXPECT_TRUE(says(page, ">Slowest</th>"));
  EXPECT_FALSE(says(alone, ">Slowest</th>"));
  EXPECT_FALSE(says(alone, "<path class=\"range\" d=\"M52"));
}

TEST(Collectives, NothingMeasuredIsSaid) {
  EXPECT_TRUE(says(section_of(Evidence{}, "collectives"), "No collective operation was measured"));
}

TEST(Distributions, NamesWhatLiesApart) {
  const std::string page = section_of(charts_evidence(200), "distributions");
  EXPECT_TRUE(says(page, "What lies apart"));
  EXPECT_TRUE(says(page, "ip-10-1-0-57"));
  EXPECT_TRUE(says(page, "class=\"apart v-fail\""));
  EXPECT_TRUE(says(page, "ceiling"));
  EXPECT_EQ(page.find("nan"), std::string::npos);
}

TEST(Distributions, FewValuesAreDrawnEachManyAreNot) {
  const std::string few = section_of(charts_evidence(4), "distributions");
  const std::string many = section_of(charts_evidence(400), "distributions");
  EXPECT_EQ(occurrences(few, "class=\"half\""), 1U);  // the legend
  EXPECT_GT(occurrences(many, "class=\"half\""), 5U);
  EXPECT_LT(many.size(), 2 * few.size());
}

TEST(Distributions, NothingApartAndNothingAtAllAreSaid) {
  Evidence e = charts_evidence(4);
  EXPECT_TRUE(says(section_of(e, "distributions"), "No value lies apart"));
  e.distributions.clear();
  EXPECT_TRUE(says(section_of(e, "distributions"), "Nothing was measured often enough"));
}

TEST(Distributions, AMetricThatIsZeroEverywhereIsDrawn) {
  Evidence e = charts_evidence(4);
  for (MetricDistribution& d : e.distributions) {
    std::ranges::fill(d.quantiles, 0);
    for (NamedValue& one : d.values_by_rank) one.value = 0;
    d.outliers = 0;
    d.expected.reset(), d.low.reset(), d.high.reset(), d.ceiling.reset();
  }
  EXPECT_EQ(section_of(e, "distributions").find("nan"), std::string::npos);
}

TEST(Fabric, ASmallFleetIsShownHostByHostAndRoundByRound) {
  const std::string page = section_of(charts_evidence(16), "fabric");
  EXPECT_TRUE(says(page, "Leaf by leaf"));
  EXPECT_TRUE(says(page, "Host by host"));
  EXPECT_TRUE(says(page, "Who met whom"));
  EXPECT_TRUE(says(page, "class=\"m-failed\""));
  EXPECT_TRUE(says(page, "What makes paths slow"));
  EXPECT_TRUE(says(page, "odds of more than a million to 1"));
  EXPECT_TRUE(says(page, "To be measured again"));
  EXPECT_TRUE(says(page, "within 2.7\u00A0% of what a healthy path reaches"));
}

TEST(Fabric, ALargeFleetIsShownLeafByLeafWhateverItsSize) {
  const std::string page = section_of(charts_evidence(4000), "fabric");
  EXPECT_TRUE(says(page, "Leaf by leaf"));
  EXPECT_FALSE(says(page, "Host by host"));
  EXPECT_FALSE(says(page, "Who met whom"));
  EXPECT_TRUE(says(page, "data-places=\"250\""));
  EXPECT_LT(page.size(), 400000U);
}

TEST(Trend, APartAndTheFleetBesideTheirPast) {
  const std::string page = section_of(charts_evidence(4), "trend");
  EXPECT_EQ(occurrences(page, "class=\"line-chart\""), 2U);
  EXPECT_TRUE(says(page, "Events of the fleet"));
  EXPECT_TRUE(says(page, "worse than its past"));
  EXPECT_TRUE(says(page, "before in ip-10-1-0-9"));
  EXPECT_TRUE(says(page, "data-marks=\"22\""));
  EXPECT_TRUE(says(page, "2026-11-20"));  // a tick
  EXPECT_TRUE(says(page, "curve-context"));
  EXPECT_EQ(page.find("nan"), std::string::npos);
}

TEST(Trend, WithoutAHistoryItSaysHowToHaveOne) {
  EXPECT_TRUE(says(section_of(Evidence{}, "trend"), "--history DIR"));
}

TEST(Fabric, NothingMeasuredIsSaid) {
  EXPECT_TRUE(says(section_of(Evidence{}, "fabric"), "Nothing was measured between hosts"));
}

}  // namespace
}  // namespace plumbline
