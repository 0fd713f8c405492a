#include "reports/pages/wording.h"

#include <gtest/gtest.h>

#include "reports/pages/axis.h"
#include "reports/pages/next_steps.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/totals.h"
#include "tests/unit/pages/example_evidence.h"

namespace plumbline {
namespace {

TEST(PersonNumber, FourSignificantDigits) {
  EXPECT_EQ(person_number(12.3), "12.30");
  EXPECT_EQ(person_number(0.0123456), "0.01235");
  EXPECT_EQ(person_number(1234.56), "1235");
  EXPECT_EQ(person_number(999.96), "1000");
  EXPECT_EQ(person_number(-2.5), "\u22122.500");
}

TEST(PersonNumber, WholeNumbersExactly) {
  EXPECT_EQ(person_number(0), "0");
  EXPECT_EQ(person_number(8), "8");
  EXPECT_EQ(person_number(201379840), "201379840");
}

TEST(PersonNumber, FarFromOne) {
  EXPECT_EQ(person_number(1.5e-7), "1.500e-07");
  EXPECT_EQ(person_number(1.25e9 + 0.5), "1.250e+09");
}

TEST(SignedPercent, SaysTheDirection) {
  EXPECT_EQ(signed_percent(-0.123), "\u221212.3\u00A0%");
  EXPECT_EQ(signed_percent(0.004), "+0.4\u00A0%");
  EXPECT_EQ(signed_percent(-0.0001), "0.0\u00A0%");
  EXPECT_EQ(signed_percent(2.5), "+250\u00A0%");
}

TEST(PersonDuration, OneUnitOrTwo) {
  EXPECT_EQ(person_duration(0.5), "0.50\u00A0s");
  EXPECT_EQ(person_duration(12.34), "12.3\u00A0s");
  EXPECT_EQ(person_duration(200), "3\u00A0min 20\u00A0s");
  EXPECT_EQ(person_duration(7500), "2\u00A0h 05\u00A0min");
}

TEST(Anchor, AnyNameIsSafe) {
  EXPECT_EQ(node_anchor("ip-10-1-7-3"), "node=ip-10-1-7-3");
  EXPECT_EQ(node_anchor("a b"), "node=a%20b");
  EXPECT_EQ(node_anchor("<script>").find('<'), std::string::npos);
}

TEST(Ticks, RoundNumbers) {
  EXPECT_EQ(ticks({0, 10, 0, 1}, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(ticks({8192, 65536, 0, 1, true}, 8, 2),
            (std::vector<double>{8192, 16384, 32768, 65536}));
  EXPECT_EQ(ticks({1.5, 40, 0, 1, true}, 6), (std::vector<double>{2, 5, 10, 20}));
}

TEST(Ticks, NothingToDivide) { EXPECT_TRUE(ticks({5, 5, 0, 1}, 5).empty()); }

TEST(Axis, ClampsToItsEnds) {
  const Axis axis{10, 20, 100, 200};
  EXPECT_DOUBLE_EQ(axis.place(15), 150);
  EXPECT_DOUBLE_EQ(axis.place(5), 100);
  EXPECT_DOUBLE_EQ(axis.place(50), 200);
}

TEST(Totals, TheManifestIsTheDenominator) {
  const Evidence fleet = fleet_evidence(20, 2);
  const Totals totals = totals_of(fleet);
  EXPECT_EQ(totals.nodes, 20U);
  EXPECT_EQ(totals.nodes_without_rows, 1U);
  EXPECT_EQ(totals.of(NodeOutcome::incomplete), 1U);
  EXPECT_EQ(totals.all_findings(), 38U);
  EXPECT_EQ(totals.left_out, 38U) << "of many nodes what passes stands in no list";
}

TEST(Totals, FindingsThatAreLeftOutAreCounted) {
  Evidence fleet = fleet_evidence(16, 2);
  EXPECT_EQ(totals_of(fleet).left_out, 0U);
  fleet.findings.resize(5);
  EXPECT_EQ(totals_of(fleet).all_findings(), 30U);
  EXPECT_EQ(totals_of(fleet).left_out, 25U);
}

TEST(Totals, AHostOutsideTheManifestIsListed) {
  Evidence evidence = accepting_evidence();
  NodeVerdict stray = evidence.nodes.front();
  stray.host = "stray";
  evidence.nodes.push_back(stray);
  EXPECT_EQ(all_nodes(evidence).size(), 2U);
}

TEST(ReadingOrder, WhatNeedsAttentionComesFirst) {
  const Evidence evidence = rejecting_evidence();
  const auto order = in_reading_order(evidence);
  EXPECT_EQ(order.front()->finding.metric, "topology.gpu.count");
  EXPECT_EQ(order.back()->finding.verdict, Verdict::unjudged);
  EXPECT_GE(order[1]->finding.deficit.value(), order[2]->finding.deficit.value());
}

TEST(NextSteps, NothingToDoWhenAccepted) {
  const auto steps = next_steps(accepting_evidence());
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_TRUE(steps.front().command.empty());
}

TEST(NextSteps, ATypeWithoutBaselineIsLearned) {
  const auto steps = next_steps(incomplete_evidence());
  EXPECT_EQ(steps.front().command, "plumbline baseline learn 20261124T103335Z_acceptance");
}

TEST(NextSteps, NamesAreQuotedForTheShell) {
  Evidence evidence = incomplete_evidence();
  evidence.runs.back().directory = "results/runs/a b; 'rm'";
  EXPECT_EQ(next_steps(evidence).front().command,
            "plumbline baseline learn 'results/runs/a b; '\\''rm'\\'''");
}

TEST(NextSteps, TheHarnessIsSuspectedFirst) {
  Evidence evidence = rejecting_evidence();
  evidence.verdict = FleetVerdict::harness_suspect;
  EXPECT_EQ(next_steps(evidence).front().command, "plumbline doctor");
}

TEST(NextSteps, NothingFollowsFromASimulation) {
  const auto steps = next_steps(simulated_evidence());
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps.front().command, "plumbline accept");
}

std::string prose_of(std::string_view sentence) {
  html::Document document;
  {
    const html::Element html = document.open("en");
    prose(html, sentence);
  }
  const std::string text = document.take();
  const std::size_t begin = text.find("<html lang=\"en\">") + 16;
  return text.substr(begin, text.rfind("</html>") - begin);
}

TEST(Prose, BackticksAreCode) {
  EXPECT_EQ(prose_of("learn one with `baseline learn <RUN>`, then"),
            "learn one with <code>baseline learn &lt;RUN&gt;</code>, then");
}

TEST(Prose, OneBacktickIsACharacter) { EXPECT_EQ(prose_of("a ` b"), "a ` b"); }

TEST(Prose, NothingIsNothing) { EXPECT_EQ(prose_of(""), ""); }

TEST(PersonTime, OfARunWithoutAJournal) {
  EXPECT_EQ(person_time(ReportedRun{}), "at an unknown time: the run has no journal");
}

TEST(NextSteps, NeverEmpty) { EXPECT_FALSE(next_steps(Evidence{}).empty()); }

}  // namespace
}  // namespace plumbline
