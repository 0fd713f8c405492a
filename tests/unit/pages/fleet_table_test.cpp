#include "reports/pages/fleet_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "reports/html/element.h"
#include "results/schema/finding.h"
#include "tests/unit/pages/markup.h"

namespace plumbline {
namespace {

std::string rendered(const FleetTable& table, std::size_t first = 50) {
  html::Document document;
  {
    const html::Element page = document.open("en");
    table.render(page, first);
  }
  return document.take();
}

std::size_t lines_of(const std::string& page) {
  std::size_t number = 0;
  for (std::size_t at = page.find("<tr>"); at != std::string::npos;
       at = page.find("<tr>", at + 1)) {
    ++number;
  }
  return number - 1;  // the headings
}

FleetTable of_hosts(std::size_t rows) {
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < rows; ++i) hosts.push_back("node-" + std::to_string(i));
  FleetTable table("nodes", "node");
  table.texts({.name = "host", .title = "Host", .link = "node", .key = "host"}, hosts);
  return table;
}

TEST(FleetTable, OfAFewRowsThereIsNoData) {
  const std::string page = rendered(of_hosts(16));
  EXPECT_EQ(lines_of(page), 16U);
  EXPECT_EQ(page.find("data-nodes"), std::string::npos);
  EXPECT_EQ(page.find("The first"), std::string::npos);
}

TEST(FleetTable, OfMoreAllAreDataAndTheFirstAreHtml) {
  const std::string page = rendered(of_hosts(100), 30);
  EXPECT_EQ(lines_of(page), 30U);
  EXPECT_NE(page.find("id=\"data-nodes\""), std::string::npos);
  EXPECT_TRUE(says(page, "The first 30 of 100\u00A0nodes"));
}

TEST(FleetTable, WhatIsSearchedMayStandInThePageAsAWhole) {
  const std::string page = rendered(of_hosts(40));
  EXPECT_EQ(lines_of(page), 40U);
  EXPECT_NE(page.find("id=\"data-nodes\""), std::string::npos);
  EXPECT_EQ(page.find("The first"), std::string::npos);
}

TEST(FleetTable, CellsLookAsTheirColumnSays) {
  FleetTable table("one", "row");
  table.numbers({"verdict", "Verdict", Look::verdict}, {static_cast<double>(Verdict::fail)});
  table.numbers({"outcome", "Outcome", Look::outcome}, {static_cast<double>(NodeOutcome::accept)});
  table.numbers({"count", "Count", Look::count}, {0});
  table.numbers({"share", "Share", Look::percent}, {-0.123});
  table.numbers({"value", "Value", Look::number}, {std::nan("")});
  table.texts({.name = "host", .title = "Host", .link = "node", .key = "host"}, {"a b"});
  table.texts({"hidden", ""}, {"not to be seen"});
  const std::string page = rendered(table);
  EXPECT_NE(page.find("FAIL"), std::string::npos);
  EXPECT_NE(page.find("ACCEPT"), std::string::npos);
  EXPECT_TRUE(says(page, "<td class=\"number zero\" data-sort=\"0\">\u00B7</td>"));
  EXPECT_TRUE(says(page, "\u221212.3\u00A0%"));
  EXPECT_NE(page.find("<td class=\"number\" data-sort></td>"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"#node=a%20b\">a b</a>"), std::string::npos);
  EXPECT_EQ(page.find("not to be seen"), std::string::npos);
}

TEST(FleetTable, ColumnsAreOfOneLength) {
  FleetTable table = of_hosts(3);
  EXPECT_THROW(table.texts({"other", "Other"}, {"a"}), std::logic_error);
}

TEST(FleetTable, ALinkNeedsItsColumn) {
  FleetTable table("one", "row");
  table.texts({.name = "a", .title = "A", .link = "node", .key = "host"}, {"x"});
  EXPECT_THROW(rendered(table), std::logic_error);
}

}  // namespace
}  // namespace plumbline
