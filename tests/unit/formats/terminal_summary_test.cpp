#include "reports/formats/terminal_summary.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "reports/judging/worst_findings.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

std::string summary_of(std::vector<Measurement> rows, std::vector<Baseline> baselines, bool colour,
                       Judgement judgement = {}) {
  const auto evaluation = evaluate_node(node_a, rows, Expectations(std::move(baselines)));
  judgement.fleet.add(evaluation);
  judgement.nodes.push_back(evaluation.verdict);
  judgement.rows = rows.size();
  SummaryInput input;
  input.runs = {"20261124T103335Z_acceptance"};
  input.written = {"results/findings.csv"};
  input.baselines = {{"share/m7i.large.csv", "m7i.large", 2, false}};
  WorstFindings worst(2);
  for (const Finding& f : evaluation.findings) worst.add(f);
  input.worst = worst.in_order();
  return terminal_summary(judgement, input, colour);
}

TEST(TerminalSummary, Accepted) {
  EXPECT_EQ(summary_of({triad(100), gpus(8)}, {expected_triad(), expected_gpus()}, false),
            "ACCEPT  node-a, m7i.large  (20261124T103335Z_acceptance)\n"
            "\n"
            "2 passed; 2 rows\n"
            "baseline: share/m7i.large.csv (2 rows)\n"
            "\n"
            "written: results/findings.csv\n");
}

TEST(TerminalSummary, Rejected) {
  Measurement slow = triad(79.7);
  const auto text = summary_of(
      {slow, again(slow, 5, 79.2), again(slow, 10, 79.9), gpus(7), skipped(gpus(8), "-")},
      {expected_triad(), expected_gpus()}, false);
  EXPECT_EQ(text,
            "REJECT  node-a, m7i.large  (20261124T103335Z_acceptance)\n"
            "\n"
            "  FAIL          numa0>numa0 host_memory.triad 79.7 GB/s (77.72 to 81.73, 3 runs) is "
            "20.3 % below 100 GB/s; at most 5 % is allowed\n"
            "  FAIL          node topology.gpus is 7; expected is 8\n"
            "\n"
            "2 failed; 5 rows\n"
            "baseline: share/m7i.large.csv (2 rows)\n"
            "\n"
            "next:\n"
            "  why, and how to repeat it: plumbline explain 85611bed 20261124T103335Z_acceptance\n"
            "\n"
            "written: results/findings.csv\n");
}

TEST(TerminalSummary, WithoutABaselineItSaysHowToLearnOne) {
  Judgement judgement;
  judgement.types_without_baseline = {"m7i.large"};
  const auto text = summary_of({triad(100)}, {}, false, judgement);
  EXPECT_THAT(text, HasSubstr("INCOMPLETE  node-a"));
  EXPECT_THAT(text, HasSubstr("no baseline for type m7i.large\n"));
  EXPECT_THAT(text, HasSubstr("learn a baseline for m7i.large: plumbline baseline learn "
                              "20261124T103335Z_acceptance\n"));
}

TEST(TerminalSummary, ColoursOnlyWhereTheyAreWanted) {
  EXPECT_THAT(summary_of({triad(100)}, {expected_triad()}, true),
              HasSubstr("\033[1;32mACCEPT\033[0m"));
  EXPECT_THAT(summary_of({triad(100)}, {expected_triad()}, false), Not(HasSubstr("\033")));
}

TEST(TerminalSummary, SimulatedIsSaidOnTop) {
  Measurement m = triad(100);
  m.provenance = Provenance::simulated;
  EXPECT_THAT(summary_of({m}, {expected_triad()}, false), HasSubstr("\nSIMULATED: "));
}

TEST(TerminalSummary, OneFaultOnManyNodesDoesNotHideAnother) {
  Judgement judgement;
  WorstFindings worst(3);
  FindingKinds kinds;
  for (int i = 0; i < 100; ++i) {
    ManifestEntry node = node_a;
    node.host = "node-" + std::to_string(i);
    std::vector<Measurement> rows = {triad(50), gpus(i == 77 ? 7 : 8)};
    for (Measurement& m : rows) m.host = node.host;
    const auto evaluation =
        evaluate_node(node, rows, Expectations({expected_triad(), expected_gpus()}));
    judgement.fleet.add(evaluation);
    judgement.nodes.push_back(evaluation.verdict);
    for (const Finding& f : evaluation.findings) {
      worst.add(f);
      kinds.add(f);
    }
  }
  SummaryInput input;
  input.worst = worst.in_order();
  input.kinds = kinds.in_order();
  const std::string text = terminal_summary(judgement, input, false);
  EXPECT_THAT(text, HasSubstr("  FAIL          node-0: numa0>numa0 host_memory.triad 50 GB/s"));
  EXPECT_THAT(text, HasSubstr("; and 99 more FAIL of host_memory.triad, on 100 nodes together\n"));
  EXPECT_THAT(text, HasSubstr("  FAIL          node-77: node topology.gpus is 7; expected is 8\n"));
}

TEST(TerminalSummary, FitsOnAScreenWhateverIsWrong) {
  Judgement judgement;
  SummaryInput input;
  FindingKinds kinds;
  WorstFindings worst(10);
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    judgement.types_without_baseline.push_back("type-" + number);
    judgement.notes.push_back("a note about " + std::string(1000, 'x'));
    judgement.torn_lines.push_back("a file: a line");
    judgement.bad_rows.push_back("file:" + number + ": median: found x");
    input.runs.push_back("run-" + number);
    input.baselines.push_back({"share/" + number, "type-" + number, 2, false});
    if (i < 8) input.written.push_back("folder/" + number);
    ManifestEntry node = node_a;
    node.host = "node-" + number;
    Measurement m = triad(50);
    m.host = node.host;
    m.metric = "family" + std::to_string(i % 60) + ".rate";
    m.provenance = Provenance::simulated;
    Baseline b = expected_triad();
    b.metric = m.metric;
    const auto evaluation = evaluate_node(node, std::vector{m}, Expectations({b}));
    judgement.fleet.add(evaluation);
    judgement.nodes.push_back(evaluation.verdict);
    for (const Finding& f : evaluation.findings) {
      kinds.add(f);
      worst.add(f);
    }
  }
  input.worst = worst.in_order();
  input.kinds = kinds.in_order();
  const std::string text = terminal_summary(judgement, input, false);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 32) << text;
  EXPECT_THAT(text, HasSubstr(" and 997 more runs)"));
  EXPECT_THAT(text, HasSubstr("no baseline for 1000 types: type-0, type-1 ..."));
  EXPECT_THAT(text, HasSubstr("more notes: the report has them\n"));
  EXPECT_THAT(text, HasSubstr("\nand 997 baselines more\n"));
}

}  // namespace
}  // namespace plumbline
