#include "reports/learning/learn.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "reports/baselines/lint.h"
#include "reports/evaluation/node.h"
#include "results/schema/number.h"
#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Lesson learn_from(const std::vector<Measurement>& rows, const std::vector<Baseline>& present = {}) {
  Observations observations;
  observations.add(rows, Expectations(present));
  return learn(observations);
}

Measurement in_run(Measurement m, int run) {
  m.run = "run" + std::to_string(run);
  m.time += std::chrono::hours(run);
  return m;
}

std::string all_notes(const Lesson& lesson) {
  std::string text;
  for (const std::string& note : lesson.notes) text += note + '\n';
  return text;
}

TEST(Learn, OneRunHasTheDefaultSpreadAndSaysSo) {
  const Lesson lesson = learn_from({triad(100)});
  ASSERT_EQ(lesson.baselines.size(), 1U);
  const Baseline& b = lesson.baselines[0];
  EXPECT_EQ(b.subject_class, "numa0>numa0");
  EXPECT_EQ(b.expected, "100");
  EXPECT_NEAR(*b.spread, 0.03, 1e-9);
  EXPECT_NEAR(*b.low, std::exp(-6 * 0.03 * std::sqrt(2)) - 1, 2e-3);
  EXPECT_FALSE(b.high);
  EXPECT_EQ(b.use, Use::gate);
  EXPECT_EQ(b.basis, "learned");
  EXPECT_EQ(b.source, "2026-11-24: 1 run on node-a (20261124T100000Z_acceptance); n=1");
  EXPECT_THAT(all_notes(lesson), HasSubstr("1 run: the run-to-run spread is a default"));
  EXPECT_THAT(problems_of(b), IsEmpty());
}

TEST(Learn, MoreRunsTightenOnAQuietMachine) {
  std::vector<Measurement> rows;
  for (int run = 0; run < 40; ++run) {
    rows.push_back(in_run(triad(run % 2 == 0 ? 100 : 100.2), run));
  }
  const Baseline b = learn_from(rows).baselines.at(0);
  EXPECT_LT(*b.spread, 0.02);
  EXPECT_GT(*b.low, -0.12);
  EXPECT_LE(*b.low, -0.05);
}

TEST(Learn, RepetitionsWithinARunCountAsPairs) {
  std::vector<Measurement> rows = {triad(100)};
  for (int i = 1; i < 12; ++i) rows.push_back(again(triad(100), i, i % 2 == 0 ? 80 : 125));
  const Baseline b = learn_from(rows).baselines.at(0);
  EXPECT_GT(*b.spread, 0.10);
}

TEST(Learn, TooNoisyToGateIsContextAndSaid) {
  std::vector<Measurement> rows;
  for (int run = 0; run < 12; ++run) rows.push_back(in_run(triad(run % 2 == 0 ? 60 : 140), run));
  const Lesson lesson = learn_from(rows);
  EXPECT_EQ(lesson.baselines.at(0).use, Use::context);
  EXPECT_THAT(all_notes(lesson),
              HasSubstr("host_memory.triad of numa0>numa0 is too noisy to gate"));
}

TEST(Learn, ACurveShowsAShapeAndDoesNotGate) {
  Measurement m = triad(100);
  m.metric = "host_memory.latency_curve";
  EXPECT_EQ(learn_from({m}).baselines.at(0).use, Use::context);
}

TEST(Learn, SubjectsThatAgreeShareARow) {
  std::vector<Measurement> rows;
  for (const char* peer : {"numa0", "numa1"}) {
    Measurement m = triad(100);
    m.peer = peer;
    rows.push_back(m);
  }
  EXPECT_EQ(learn_from(rows).baselines.at(0).subject_class, "numa>numa");
  EXPECT_EQ(learn_from(rows).baselines.at(0).subjects, 2U);
  rows[1].median = 50;
  EXPECT_EQ(learn_from(rows).baselines.at(0).subject_class, "numa0>numa0");
  EXPECT_EQ(learn_from(rows).baselines.at(1).subject_class, "numa0>numa1");
}

TEST(Learn, FactsAreExactAndMemoryNearlySo) {
  Measurement memory = gpus(2048);
  memory.metric = "topology.memory.total";
  memory.unit = "GiB";
  const Lesson lesson = learn_from({gpus(8), memory, text_fact("topology.cpu.model", "Xeon")});
  ASSERT_EQ(lesson.baselines.size(), 3U);
  EXPECT_EQ(lesson.baselines[0].expected, "Xeon");
  EXPECT_EQ(lesson.baselines[1].expected, "8");
  EXPECT_FALSE(lesson.baselines[1].low);
  EXPECT_EQ(lesson.baselines[2].low, -0.02);
  for (const Baseline& b : lesson.baselines) {
    EXPECT_EQ(b.use, Use::gate);
    EXPECT_THAT(problems_of(b), IsEmpty());
  }
}

TEST(Learn, FactsThatChangeByThemselvesDoNotGate) {
  EXPECT_EQ(learn_from({text_fact("topology.kernel", "6.1")}).baselines.at(0).use, Use::context);
  EXPECT_EQ(learn_from({text_fact("topology.memory.free", "6.1")}).baselines.at(0).use,
            Use::context);
}

TEST(Learn, FactsThatDifferDoNotGate) {
  const Lesson lesson = learn_from({in_run(gpus(8), 1), in_run(gpus(7), 2)});
  EXPECT_EQ(lesson.baselines.at(0).use, Use::context);
  EXPECT_THAT(
      all_notes(lesson),
      HasSubstr("topology.gpus of node does not gate: it is 8 in one run and 7 in another"));
}

TEST(Learn, NothingAboveThePhysicalLimit) {
  Baseline present = expected_triad();
  present.ceiling = 90;
  const Lesson lesson = learn_from({triad(100)}, {present});
  EXPECT_THAT(lesson.baselines, IsEmpty());
  EXPECT_THAT(all_notes(lesson), HasSubstr("100 GB/s is above its physical limit of 90 GB/s"));
  present.ceiling = 120;
  EXPECT_EQ(learn_from({triad(100)}, {present}).baselines.at(0).ceiling, 120);
}

TEST(Learn, WhatHasNoValueTeachesNothing) {
  EXPECT_THAT(
      learn_from({failed(triad(100), "x"), skipped(gpus(1), "y"), task(0, ""), triad(0)}).baselines,
      IsEmpty());
}

TEST(Learn, SimulatedAndMeasuredAreToldApart) {
  Measurement simulated = triad(100);
  simulated.provenance = Provenance::simulated;
  Observations observations;
  observations.add(std::vector{triad(100), simulated}, Expectations());
  EXPECT_TRUE(observations.mixed());
}

/// The whole promise of learning: a machine like the one that was learned from is accepted, one
/// that lost a quarter is not, on a machine as noisy as the default says.
TEST(Learn, TheSameMachineIsAcceptedAndASlowerOneIsNot) {
  std::mt19937_64 random(21);
  std::normal_distribution<double> noise(0, 0.03);
  int accepted = 0;
  int slow_accepted = 0;
  constexpr int machines = 400;
  for (int i = 0; i < machines; ++i) {
    const auto value = [&](double factor) { return 100 * factor * std::exp(noise(random)); };
    const Expectations expectations(learn_from({triad(value(1))}).baselines);
    const auto outcome = [&](double factor) {
      std::vector<Measurement> rows;
      for (const int look : {1, 3, 6, 12}) {
        while (static_cast<int>(rows.size()) < look) {
          rows.push_back(again(triad(1), static_cast<int>(rows.size()), value(factor)));
        }
        const auto result = evaluate_node(node_a, rows, expectations);
        if (!result.findings.at(0).remeasure) return result.verdict.outcome;
      }
      return NodeOutcome::incomplete;
    };
    accepted += outcome(1) == NodeOutcome::accept;
    slow_accepted += outcome(0.7) == NodeOutcome::accept;
  }
  EXPECT_GE(accepted, machines * 0.99);
  EXPECT_LE(slow_accepted, machines * 0.02);
}

}  // namespace
}  // namespace plumbline
