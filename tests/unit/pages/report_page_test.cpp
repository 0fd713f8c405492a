#include "reports/pages/report_page.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "reports/pages/assets/assets.h"
#include "reports/pages/pages.h"
#include "reports/pages/wording.h"
#include "tests/unit/pages/example_charts.h"
#include "tests/unit/pages/example_evidence.h"
#include "tests/unit/pages/markup.h"

namespace plumbline {
namespace {

// These say the part that is missing and not the whole page.
/// The first tag that does not belong; empty for a well-formed text.
std::string unbalanced(const std::vector<MarkupTag>& tags) {
  static const std::set<std::string> without_end = {"meta", "input", "br", "hr", "link", "col"};
  std::vector<std::string> open;
  for (const MarkupTag& tag : tags) {
    if (tag.end) {
      if (open.empty() || open.back() != tag.name) return "</" + tag.name + ">";
      open.pop_back();
    } else if (!without_end.contains(tag.name) && !tag.closed) {
      open.push_back(tag.name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + ">";
}

using Example = Evidence (*)();
const std::map<std::string, Example> examples = {
    {"accept", [] { return accepting_evidence(); }},
    {"reject", [] { return rejecting_evidence(); }},
    {"incomplete", [] { return incomplete_evidence(); }},
    {"simulated", [] { return simulated_evidence(); }},
    {"hostile", [] { return hostile_evidence(); }},
    {"hostile_fleet", [] { return hostile_fleet_evidence(); }},
    {"fleet", [] { return fleet_evidence(30, 10); }},
    {"large_fleet", [] { return fleet_evidence(3000, 60); }},
    {"charts", [] { return charts_evidence(16); }},
    {"machine", [] { return machine_evidence(); }},
    {"hostile_charts", [] { return hostile_charts_evidence(); }},
    {"nothing", [] { return Evidence{}; }}};

class EveryReport : public testing::TestWithParam<std::string> {
 protected:
  Evidence evidence_ = examples.at(GetParam())();
  std::string page_ = report_page(evidence_);
  std::vector<MarkupTag> tags_ = markup_of(page_);
};

TEST_P(EveryReport, IsWellFormed) { EXPECT_EQ(unbalanced(tags_), ""); }

TEST_P(EveryReport, IsTheSameForTheSameEvidence) { EXPECT_TRUE(page_ == report_page(evidence_)); }

TEST_P(EveryReport, AsksForNothingFromAnywhere) {
  static const std::set<std::string> harmless = {
      "html",  "head",  "meta",    "title",   "style",   "body",    "script",  "header",
      "nav",   "main",  "section", "article", "h2",      "h3",      "h4",      "p",
      "a",     "b",     "i",       "strong",  "span",    "div",     "code",    "ol",
      "ul",    "li",    "dl",      "dt",      "dd",      "table",   "caption", "thead",
      "tbody", "tr",    "th",      "td",      "details", "summary", "figure",  "figcaption",
      "label", "input", "select",  "option",  "output",  "button",  "svg",     "symbol",
      "use",   "g",     "path",    "line",    "rect",    "circle",  "text"};
  for (const MarkupTag& tag : tags_) {
    EXPECT_TRUE(harmless.contains(tag.name)) << tag.name.substr(0, 80);
    for (const auto& [name, value] : tag.attributes) {
      EXPECT_TRUE(name != "src" && name != "srcset" && name != "action") << name;
      EXPECT_TRUE(name != "href" || value.starts_with('#')) << value;
    }
  }
}

TEST_P(EveryReport, RunsNothingThatIsNotItsOwn) {
  std::map<std::string, int> number;
  for (const MarkupTag& tag : tags_) {
    const auto type = tag.attributes.find("type");
    const bool data = type != tag.attributes.end() && type->second == "application/octet-stream";
    if (!tag.end && !data) ++number[tag.name];
    for (const auto& [name, value] : tag.attributes) {
      EXPECT_FALSE(name.starts_with("on") || name == "style") << tag.name << ' ' << name;
    }
  }
  EXPECT_EQ(number["style"], static_cast<int>(report_styles().size()));
  EXPECT_EQ(number["script"], static_cast<int>(report_scripts().size()));
  EXPECT_TRUE(says(page_, "<meta http-equiv=\"Content-Security-Policy\""));
}

TEST_P(EveryReport, AddressesAreUniqueAndLinksLead) {
  std::set<std::string> ids;
  for (const MarkupTag& tag : tags_) {
    const auto id = tag.attributes.find("id");
    if (id == tag.attributes.end()) continue;
    EXPECT_TRUE(ids.insert(id->second).second || GetParam().starts_with("hostile")) << id->second;
  }
  // What has no place of its own is opened by the script, from the data.
  if (ids.contains("node-view")) {
    for (const NodeVerdict& node : evidence_.nodes) ids.insert(node_anchor(node.host));
  }
  if (ids.contains("finding-view")) {
    for (const JudgedFinding& judged : evidence_.findings) {
      ids.insert(finding_anchor(judged.finding));
    }
  }
  for (const MarkupTag& tag : tags_) {
    const auto link = tag.attributes.find("href");
    if (link == tag.attributes.end()) continue;
    EXPECT_TRUE(ids.contains(link->second.substr(1))) << link->second;
  }
}

TEST_P(EveryReport, HasEveryPage) {
  for (const Page& one : pages()) {
    EXPECT_TRUE(says(page_, "<section id=\"" + std::string(one.id) + "\">"));
  }
}

INSTANTIATE_TEST_SUITE_P(Reports, EveryReport,
                         testing::Values("accept", "reject", "incomplete", "simulated", "hostile",
                                         "hostile_fleet", "fleet", "large_fleet", "charts",
                                         "machine", "hostile_charts", "nothing"),
                         [](const auto& one) { return one.param; });

TEST(ReportPage, AcceptingSaysWhatWasAccepted) {
  const std::string page = report_page(accepting_evidence());
  EXPECT_TRUE(says(page, "<strong>ACCEPT</strong>"));
  EXPECT_TRUE(says(page, "<b>1</b> of 1 in the manifest"));
  EXPECT_TRUE(says(page, "shipped with plumbline 0.1.0"));
  EXPECT_FALSE(says(page, "<b>SIMULATED</b>"));
  EXPECT_FALSE(says(page, "What decides"));
}

TEST(ReportPage, RejectingShowsTheEvidence) {
  const std::string page = report_page(rejecting_evidence());
  EXPECT_TRUE(says(page, "<strong>REJECT</strong>"));
  EXPECT_TRUE(says(page, "What decides"));
  EXPECT_TRUE(says(page, "class=\"interval-plot\""));
  EXPECT_TRUE(says(page, "ceiling 307.2"));
  EXPECT_TRUE(says(page, "median of 12 nodes of this type"));
  EXPECT_TRUE(says(page, "plumbline probe host_memory --case &#39;host_memory.read/numa1&gt;"));
  EXPECT_TRUE(says(page, "no GPU with index 7 on this host"));
}

TEST(ReportPage, EveryRunOfAFindingIsDrawn) {
  Evidence evidence = rejecting_evidence();
  std::erase_if(evidence.findings, [](const JudgedFinding& judged) {
    return judged.finding.verdict != Verdict::inconclusive;
  });
  ASSERT_EQ(evidence.findings.size(), 1U);
  const std::string page = report_page(evidence);
  EXPECT_EQ(occurrences(page, "<g class=\"run\">"), evidence.findings.front().rows.size());
  EXPECT_EQ(occurrences(page, "<g class=\"judged\">"), 1U);
}

TEST(ReportPage, OfMoreThanFitsSaysHowMuchMore) {
  Evidence evidence = rejecting_evidence();
  for (int i = 0; i < 300; ++i) {
    evidence.troubles.push_back({"skipped", "m" + std::to_string(i), "why", 1, 1});
  }
  while (evidence.tasks.size() < 5000) evidence.tasks.push_back(evidence.tasks.front());
  evidence.task_totals.tasks = evidence.tasks.size();
  const std::string page = report_page(evidence);
  EXPECT_TRUE(says(page, "more kinds stand in measurements.csv"));
  EXPECT_TRUE(says(page, "more tasks stand in the journal"));
}

TEST(ReportPage, IncompleteSaysWhatWasNotTested) {
  const std::string page = report_page(incomplete_evidence());
  EXPECT_TRUE(says(page, "<strong>INCOMPLETE</strong>"));
  EXPECT_TRUE(says(page, "p5.48xlarge: no baseline"));
  EXPECT_TRUE(says(page, "What was not tested"));
  EXPECT_TRUE(says(page, "killed by signal 11"));
  EXPECT_TRUE(says(page, "measurements.csv:118: median: found"));
}

TEST(ReportPage, SimulatedIsSaidBeforeAnythingElse) {
  const std::string page = report_page(simulated_evidence());
  const std::size_t said = page.find("<b>SIMULATED</b>");
  ASSERT_NE(said, std::string::npos);
  EXPECT_LT(said, page.find("plumbline</span>"));
  EXPECT_TRUE(says(page, "<title>SIMULATED: ACCEPT"));
}

TEST(ReportPage, AHostThatIsAScriptIsAName) {
  const std::string page = report_page(hostile_evidence());
  EXPECT_TRUE(says(page, "&lt;script&gt;alert(&#39;host&#39;)&lt;/script&gt;"));
  EXPECT_EQ(occurrences(page, "<script>"), report_scripts().size());
  EXPECT_FALSE(says(page, "<img"));
  EXPECT_FALSE(says(page, "\u202E"));
  EXPECT_FALSE(says(page, "href=\"javascript:"));
}

TEST(ReportPage, NodesThatWereNeverMeasuredAreNamed) {
  const std::string page = report_page(fleet_evidence(30, 4));
  EXPECT_TRUE(says(page, "of the manifest without any result"));
  EXPECT_TRUE(says(page, "in the manifest, and nothing was measured"));
}

TEST(ReportPage, LeftOutFindingsAreCountedAndSaid) {
  const Evidence evidence = fleet_evidence(30, 10);
  const std::uint64_t left_out = 29 * 10 - evidence.findings.size();
  const std::string page = report_page(evidence);
  EXPECT_TRUE(says(page, count_of(left_out, "finding") + " that are not shown here"));
  EXPECT_TRUE(says(page, "stand in findings.csv"));
}

TEST(ReportPage, OfManyNodesTheWorstArePlainHtmlAndAllAreData) {
  const std::string page = report_page(fleet_evidence(3000, 60));
  EXPECT_EQ(occurrences(page, "<article"), 4U);
  EXPECT_TRUE(says(page, "id=\"data-nodes\""));
  EXPECT_TRUE(says(page, "id=\"data-values\""));
  EXPECT_TRUE(says(page, "The first 50 of 3000\u00A0nodes"));
  EXPECT_TRUE(says(page, "of 3000 in the manifest"));
  EXPECT_TRUE(says(page, "What decides"));
}

TEST(ReportPage, AFewNodesHaveNoDataAndAllTheirPages) {
  const std::string page = report_page(fleet_evidence(16, 10));
  EXPECT_EQ(occurrences(page, "<article"), 16U);
  EXPECT_FALSE(says(page, "id=\"data-nodes\""));
}

TEST(ReportPage, SoftwareThatDiffersIsNamed) {
  const std::string page = report_page(fleet_evidence(30, 2));
  EXPECT_TRUE(says(page, "Software drift"));
  EXPECT_TRUE(says(page, "6.1.0-25-cloud-amd64"));
  EXPECT_TRUE(says(page, "some hosts differ"));
  EXPECT_FALSE(says(report_page(accepting_evidence()), "Software drift"));
}

TEST(ReportPage, WhatWasNotSteadyHasItsPlace) {
  const std::string page = report_page(fleet_evidence(30, 2));
  EXPECT_TRUE(says(page, "<td>unsteady</td>"));
  EXPECT_TRUE(says(report_page(accepting_evidence()), "was steady, and every finding is decided"));
}

TEST(ReportPage, TwoNumaNodesGiveAMatrixAndOneDoesNot) {
  EXPECT_TRUE(says(report_page(accepting_evidence()), "<figure class=\"heat-map\">"));
  Evidence one = accepting_evidence();
  std::erase_if(one.findings, [](const JudgedFinding& judged) {
    return judged.finding.subject == "numa1" || judged.finding.peer == "numa1";
  });
  const std::string page = report_page(one);
  EXPECT_FALSE(says(page, "<figure class=\"heat-map\">"));
  EXPECT_TRUE(says(page, "<figure class=\"bars\">"));
  EXPECT_TRUE(says(page, "class=\"line-chart\""));
}

TEST(ReportPage, ColumnsOfExpectationsStandOnlyWhereThereAreAny) {
  EXPECT_TRUE(says(report_page(incomplete_evidence()), "class=\"finding-list bare\""));
  EXPECT_TRUE(says(report_page(accepting_evidence()), "class=\"finding-list\""));
}

TEST(ReportPage, RulesAreSaidInWords) {
  EXPECT_TRUE(
      says(report_page(accepting_evidence()), "The median of all runs is judged by its interval"));
}

TEST(WriteReportPage, WritesTheWholeFileAndNothingBesideIt) {
  const std::filesystem::path folder = testing::TempDir() + "plumbline_report_page";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  write_report_page(accepting_evidence(), folder / "report.html");
  std::ifstream in(folder / "report.html", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, report_page(accepting_evidence()));
  const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
  EXPECT_EQ(files, 1);
  std::filesystem::remove_all(folder);
}

TEST(WriteReportPage, AFolderThatIsNotThereIsAnError) {
  EXPECT_THROW(write_report_page(accepting_evidence(), "/nonexistent/report.html"),
               std::system_error);
}

}  // namespace
}  // namespace plumbline
