#include "probes/harness/case_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "probes/harness/skip.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

constexpr Metric copy_rate{"example.copy", "GB/s", Better::higher, "bytes copied per second"};
constexpr Metric delay{"example.delay", "ns", Better::lower, "one dependent access"};
constexpr Metric count{"example.count", "count", Better::exact, "how many there are"};

const Sampling quick{.min_seconds = 0};

Prepare taking(double seconds) {
  return [seconds] { return Prepared{[seconds] { return seconds; }, {}, {}}; };
}

CaseResult run_only_case(const Plan& plan) { return run_case(plan.cases().at(0)); }

TEST(CaseRun, ARateIsAmountPerSecond) {
  Plan plan({});
  plan.rate(copy_rate, {.subject = "numa0", .peer = "numa1", .bytes = 4096}, 2e9, 1e9, taking(0.5),
            quick);
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_DOUBLE_EQ(result.summary.median, 4);
  EXPECT_DOUBLE_EQ(result.seconds, 0.5);
  const Measurement row = to_row(plan.cases()[0], result, {});
  EXPECT_EQ(row.case_name, "example.copy/numa0>numa1/4096");
  EXPECT_EQ(row.subject, "numa0");
  EXPECT_EQ(row.peer, "numa1");
  EXPECT_EQ(row.unit, "GB/s");
  EXPECT_DOUBLE_EQ(row.median.value(), 4);
  EXPECT_DOUBLE_EQ(row.ci_low.value(), 4);
}

TEST(CaseRun, WhatTurnedOutMeanwhileIsAddedToTheNote) {
  Plan plan({});
  std::string asked;
  plan.rate(
      copy_rate, {}, 1, 1,
      [&] {
        Prepared prepared{[] { return 1.0; }, [&] { asked += "verify "; }, "timed by hand", {}, {}};
        prepared.flags = [&] {
          asked += "flags ";
          return std::vector<std::string>{"odd"};
        };
        prepared.remark = [&] {
          asked += "remark";
          return std::string("it rained");
        };
        return prepared;
      },
      quick);
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(result.note, "timed by hand; it rained");
  EXPECT_THAT(result.summary.flags, ::testing::Contains("odd"));
  EXPECT_EQ(asked, "verify flags remark");
}

TEST(CaseRun, OfASeriesTheCountedPartIsSummarised) {
  Plan plan({});
  plan.series(copy_rate, {}, 3, [] {
    SampleSeries series{{100, 100}, 2, "drawn elsewhere"};
    for (int i = 1; i <= 9; ++i) series.values.push_back(i);
    return series;
  });
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(result.outcome, Outcome::ok);
  const Measurement row = to_row(plan.cases()[0], result, {});
  EXPECT_EQ(row.samples, 9U);
  EXPECT_DOUBLE_EQ(row.median.value(), 5);
  EXPECT_DOUBLE_EQ(row.max.value(), 9);
  EXPECT_TRUE(row.ci_low);
  EXPECT_EQ(row.note, "drawn elsewhere");
  EXPECT_EQ(result.summary.values.size(), 11U) << "all of them are kept";
}

TEST(CaseRun, ASeriesWithoutSamplesIsAFailedRow) {
  Plan plan({});
  plan.series(copy_rate, {}, 0, [] { return SampleSeries{{1, 2}, 2, ""}; });
  EXPECT_EQ(run_only_case(plan).outcome, Outcome::failed);
}

TEST(CaseRun, ALatencyIsSecondsPerOperation) {
  Plan plan({});
  plan.latency(delay, {}, 1000, 1e9, taking(1e-4), quick);
  EXPECT_DOUBLE_EQ(run_only_case(plan).summary.median, 100);
}

TEST(CaseRun, WhatIsThrownIsTheReasonOfAFailedRow) {
  Plan plan({});
  plan.rate(copy_rate, {}, 1, 1, []() -> Prepared { throw std::runtime_error("no memory left"); });
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(result.outcome, Outcome::failed);
  const Measurement row = to_row(plan.cases()[0], result, {});
  EXPECT_EQ(row.note, "no memory left");
  EXPECT_FALSE(row.median);
}

TEST(CaseRun, WrongDataFailsHoweverFast) {
  Plan plan({});
  plan.rate(
      copy_rate, {}, 1, 1,
      [] {
        return Prepared{
            [] { return 1.0; }, [] { throw std::runtime_error("word 17 is 3, expected 4"); }, {}};
      },
      quick);
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_THAT(result.note, HasSubstr("word 17"));
}

TEST(CaseRun, AbsenceSkips) {
  Plan plan({});
  plan.skip(count, {}, "there is no GPU");
  plan.fact(count, {.subject = "gpu0"},
            []() -> FactValue { throw Skip("libcuda.so.1 is missing"); });
  EXPECT_EQ(run_case(plan.cases()[0]).outcome, Outcome::skipped);
  EXPECT_EQ(run_case(plan.cases()[0]).note, "there is no GPU");
  EXPECT_EQ(run_case(plan.cases()[1]).outcome, Outcome::skipped);
}

TEST(CaseRun, AFactIsANumberOrAText) {
  Plan plan({});
  plan.fact(count, {}, 8.0);
  plan.fact(count, {.subject = "gpu0"}, std::string("10de:2330"));
  plan.fact(count, {.subject = "gpu1"}, std::nan(""));
  plan.fact(count, {.subject = "gpu2"}, std::string());
  EXPECT_EQ(to_row(plan.cases()[0], run_case(plan.cases()[0]), {}).median, 8.0);
  EXPECT_EQ(to_row(plan.cases()[1], run_case(plan.cases()[1]), {}).text, "10de:2330");
  EXPECT_EQ(run_case(plan.cases()[2]).outcome, Outcome::failed);
  EXPECT_EQ(run_case(plan.cases()[3]).outcome, Outcome::failed);
}

TEST(CaseRun, AFactCarriesItsNote) {
  Plan plan({});
  plan.fact(count, {}, [] { return Fact(2.0, "the first at byte 4096"); });
  const CaseResult result = run_only_case(plan);
  EXPECT_EQ(std::get<double>(result.fact), 2.0);
  EXPECT_EQ(to_row(plan.cases()[0], result, {}).note, "the first at byte 4096");
}

}  // namespace
}  // namespace plumbline
