#include "reports/baselines/lint.h"

#include <gmock/gmock.h>

#include "tests/unit/evaluation/rows.h"
#include "tests/unit/schema/scratch_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// "column: what" of all problems, one a line.
std::string said(const Baseline& b) {
  std::string text;
  for (const BaselineProblem& problem : problems_of(b)) {
    text += std::string(problem.column) + ": " + problem.what + '\n';
  }
  return text;
}

template <class Change>
Baseline triad_with(const Change& change) {
  Baseline b = expected_triad();
  change(b);
  return b;
}

TEST(Lint, GoodRowsAreGood) {
  EXPECT_EQ(said(expected_triad()), "");
  EXPECT_EQ(said(expected_gpus()), "");
}

TEST(Lint, ANumberIsExpectedWhereTheUnitIsOne) {
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.expected = "fast"; })),
            "expected: found \"fast\", expected a number of GB/s\n");
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.expected = ""; })), "expected: is empty\n");
}

TEST(Lint, LimitsLieOnTheirSide) {
  EXPECT_THAT(said(triad_with([](Baseline& b) { b.low = 0.05; })),
              HasSubstr("low: found 0.05, expected a share between -1 and 0"));
  EXPECT_THAT(said(triad_with([](Baseline& b) { b.low = -5; })), HasSubstr("low: found -5"));
  EXPECT_THAT(said(triad_with([](Baseline& b) { b.high = -0.1; })), HasSubstr("high: found -0.1"));
}

TEST(Lint, AGateThatCannotFailIsNone) {
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.low = std::nullopt; })),
            "low: is empty: nothing could fail this gate\n");
  EXPECT_EQ(said(triad_with([](Baseline& b) {
              b.low = std::nullopt;
              b.use = Use::context;
            })),
            "");
}

TEST(Lint, BasisAndSourceAreRequired) {
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.basis = b.source = ""; })),
            "basis: is empty: why is this believed?\nsource: is empty: where is this from?\n");
}

TEST(Lint, ExpectedAboveTheCeiling) {
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.ceiling = 90; })),
            "expected: found 100, above the ceiling of 90 GB/s\n");
}

TEST(Lint, AFloorWithAUnitSlip) {
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.ceiling = 110000; })),
            "expected: found 100, about 1100 times below the ceiling of 110000 GB/s: is it in "
            "another unit?\n");
  EXPECT_EQ(said(triad_with([](Baseline& b) { b.ceiling = 10000; })), "");  // a small message
}

TEST(Lint, UnknownUnit) {
  EXPECT_THAT(said(triad_with([](Baseline& b) { b.unit = "GBps"; })),
              HasSubstr("unit: found \"GBps\", expected one of GB/s, "));
}

TEST(Lint, RatiosNeedAPositiveExpectation) {
  EXPECT_THAT(said(triad_with([](Baseline& b) { b.expected = "0"; })),
              HasSubstr("expected: found 0, expected more than 0"));
  EXPECT_EQ(said([] {
              Baseline b = expected_gpus();
              b.expected = "0";
              return b;
            }()),
            "");
}

TEST(CheckBaselines, AllErrorsWithTheirLines) {
  const ScratchFolder folder;
  const auto file = folder / "m7i.large.csv";
  Baseline bad = expected_gpus();
  bad.source = "";
  std::string text = csv_header<Baseline>() + csv_line(expected_triad());
  text += "1,topology.cpus,node,,,,count,exact,8,x,,,,,gate,spec,a\n";  // line 3
  text += csv_line(bad);                                                // line 4
  text += csv_line(expected_triad());                                   // line 5
  write_file(file, text);
  const CheckedBaselines checked = check_baselines(file);
  std::vector<std::string> problems;
  for (const FileError& problem : checked.problems) {
    problems.push_back(std::string(problem.what()).substr(folder.path().string().size() + 1));
  }
  EXPECT_THAT(problems,
              ElementsAre("m7i.large.csv:3: low: found \"x\", expected a number or an empty cell",
                          "m7i.large.csv:4: source: is empty: where is this from?",
                          "m7i.large.csv:5: line 2 already says what is expected of numa0>numa0 "
                          "host_memory.triad with these params, bytes and nodes"));
  try {
    read_baselines(file);
    FAIL() << "it loaded";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has 3 errors:"));
  }
}

TEST(CheckBaselines, ACutLastLine) {
  const ScratchFolder folder;
  write_file(folder / "a.csv", csv_header<Baseline>() + csv_line(expected_triad()) + "1,topol");
  EXPECT_THROW(read_baselines(folder / "a.csv"), FileError);
}

TEST(CheckBaselines, ShippedOnesHaveNoErrors) {
  for (const auto& entry : std::filesystem::directory_iterator(PLUMBLINE_SHIPPED_BASELINES)) {
    if (entry.path().extension() != ".csv") continue;
    for (const FileError& problem : check_baselines(entry.path()).problems) {
      ADD_FAILURE() << problem.what();
    }
  }
}

}  // namespace
}  // namespace plumbline
