#include "reports/formats/terminal_summary.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace plumbline
