#include "reports/judging/gpu_culprits.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <random>

#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Factor = std::function<double(int from, int to)>;

std::vector<Measurement> matrix(const Factor& factor, const std::string& metric = "nvlink.write",
                                int gpus = 8) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(1, 0.002);
  std::vector<Measurement> rows;
  for (int from = 0; from < gpus; ++from) {
    for (int to = 0; to < gpus; ++to) {
      if (from == to) continue;
      Measurement m = triad(400 * noise(random) * factor(from, to));
      m.probe = "nvlink";
      m.metric = metric;
      m.subject = fmt::format("gpu{}>gpu{}", from, to);
      m.peer = {};
      m.case_name = fmt::format("{}/gpu{}>gpu{}", metric, from, to);
      m.params = {{"by", "engine"}};
      m.transport = "nvlink";
      rows.push_back(m);
    }
  }
  return rows;
}

Expectations expecting(double low, const std::string& basis = "spec") {
  Baseline b = expected_triad();
  b.metric = "nvlink.write";
  b.subject_class = "gpu>gpu";
  b.expected = "400";
  b.low = low;
  b.spread = 0.005;
  b.basis = basis;
  return Expectations({b});
}

struct Judged {
  NodeEvaluation node;
  std::vector<Finding> culprits;
};

Judged judge(const std::vector<Measurement>& rows, const Expectations& expectations) {
  Judged judged;
  judged.node = evaluate_node(node_a, rows, expectations);
  find_gpu_culprits(node_a, rows, judged.node.findings);
  std::ranges::copy_if(judged.node.findings, std::back_inserter(judged.culprits),
                       [](const Finding& f) { return f.metric == "nvlink.culprit"; });
  return judged;
}

TEST(GpuCulprits, AHealthyNodeHasNone) {
  EXPECT_THAT(judge(matrix([](int, int) { return 1.0; }), expecting(-0.05)).culprits, IsEmpty());
}

TEST(GpuCulprits, AGpuThatReceivesSlowly) {
  const Judged judged =
      judge(matrix([](int, int to) { return to == 5 ? 0.8 : 1.0; }), expecting(-0.05));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  const Finding& f = judged.culprits[0];
  EXPECT_EQ(f.verdict, Verdict::fail);
  EXPECT_EQ(f.subject, "gpu5");
  EXPECT_EQ(f.text, "receiving");
  EXPECT_NEAR(*f.deficit, 0.2, 0.01);
  EXPECT_THAT(f.sentence, HasSubstr("gpu5 receiving is 19.8 % slower than the node's other paths"));
  EXPECT_THAT(f.sentence, HasSubstr("explains 7 paths"));
  EXPECT_THAT(f.case_name, HasSubstr(">gpu5")) << "what measures it again";
  const auto path = std::ranges::find_if(
      judged.node.findings, [](const Finding& finding) { return finding.subject == "gpu0>gpu5"; });
  EXPECT_THAT(path->sentence, HasSubstr("gpu5 receiving explains it"));
}

TEST(GpuCulprits, WithinAWideLimitItIsAWarning) {
  const Judged judged = judge(
      matrix([](int from, int to) { return from == 2 || to == 2 ? 0.88 : 1.0; }), expecting(-0.25));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_EQ(judged.culprits[0].verdict, Verdict::warn);
  EXPECT_EQ(judged.culprits[0].subject, "gpu2");
  EXPECT_EQ(node_verdict(node_a, judged.node.findings, expecting(-0.25)).outcome,
            NodeOutcome::accept);
}

TEST(GpuCulprits, OnePairWhoseTwoPathsDifferIsNamedWithItsOdds) {
  const auto slow = [](int from, int to) {
    if (from == 2 && to == 5) return 0.8;
    return from == 5 && to == 2 ? 0.811 : 1.0;
  };
  const Judged judged = judge(matrix(slow), expecting(-0.05));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_EQ(judged.culprits[0].verdict, Verdict::warn);
  EXPECT_EQ(judged.culprits[0].subject, "gpu2");
  EXPECT_EQ(judged.culprits[0].peer, "gpu5");
  EXPECT_THAT(judged.culprits[0].sentence, HasSubstr("0 to 1"));
}

TEST(GpuCulprits, OnePair) {
  const Judged judged =
      judge(matrix([](int from, int to) { return from + to == 9 && from * to == 14 ? 0.7 : 1.0; }),
            expecting(-0.05));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_EQ(judged.culprits[0].subject, "gpu2");
  EXPECT_EQ(judged.culprits[0].peer, "gpu7");
}

TEST(GpuCulprits, AllGpusAgainstALearnedBaseline) {
  const Judged judged = judge(matrix([](int, int) { return 0.85; }), expecting(-0.05, "learned"));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_EQ(judged.culprits[0].subject, "node");
  EXPECT_THAT(judged.culprits[0].sentence, HasSubstr("all GPUs are 15"));
  EXPECT_THAT(judged.culprits[0].action, HasSubstr("fabric manager"));
}

TEST(GpuCulprits, TheSameCulpritInTwoKindsOfCopyIsOneFinding) {
  const auto slow = [](int from, int to) { return from == 2 || to == 2 ? 0.8 : 1.0; };
  auto rows = matrix(slow);
  const auto reads = matrix(slow, "nvlink.read");
  rows.insert(rows.end(), reads.begin(), reads.end());
  const Judged judged = judge(rows, expecting(-0.05));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_THAT(judged.culprits[0].sentence, HasSubstr("and 1 kind more"));
}

/// Values of both directions at once: one for each pair.
std::vector<Measurement> both_ways(const Factor& factor) {
  auto rows = matrix([&](int a, int b) { return 2 / (1 / factor(a, b) + 1 / factor(b, a)); },
                     "nvlink.both");
  std::erase_if(rows, [](const Measurement& m) { return m.subject.str()[3] > m.subject.str()[8]; });
  return rows;
}

TEST(GpuCulprits, WhatIsSlowOneWayIsNamedOnceWhereBothWaysAreMeasuredTogetherToo) {
  for (const char* way : {"sending", "receiving"}) {
    const bool sends = way == std::string("sending");
    const auto slow = [&](int from, int to) { return (sends ? from : to) == 3 ? 0.5 : 1.0; };
    auto rows = both_ways(slow);
    const auto writes = matrix(slow);
    rows.insert(rows.end(), writes.begin(), writes.end());
    const Judged judged = judge(rows, expecting(-0.05));
    ASSERT_THAT(judged.culprits, SizeIs(1)) << way;
    EXPECT_EQ(judged.culprits[0].subject, "gpu3");
    EXPECT_EQ(judged.culprits[0].text, way);
    EXPECT_THAT(judged.culprits[0].sentence,
                HasSubstr("in nvlink.write (by=engine) and 1 kind more"));
  }
}

TEST(GpuCulprits, WhereOnlyBothWaysTogetherAreSlowItIsTheGpu) {
  auto rows = both_ways([](int from, int to) { return from == 3 || to == 3 ? 0.5 : 1.0; });
  const auto writes = matrix([](int, int) { return 1.0; });
  rows.insert(rows.end(), writes.begin(), writes.end());
  const Judged judged = judge(rows, expecting(-0.05));
  ASSERT_THAT(judged.culprits, SizeIs(1));
  EXPECT_EQ(judged.culprits[0].subject, "gpu3");
  EXPECT_EQ(judged.culprits[0].text, "both ways");
}

TEST(GpuCulprits, OverPcieTheShapeOfTheNodeDecides) {
  auto rows = matrix([](int from, int to) { return from / 4 == to / 4 ? 1.0 : 0.6; });
  for (Measurement& m : rows) m.transport = "pcie";
  EXPECT_THAT(judge(rows, Expectations()).culprits, IsEmpty());
}

TEST(GpuCulprits, FewPathsHaveNoLevelOfTheirOwn) {
  const auto rows = matrix([](int from, int) { return from == 0 ? 0.8 : 1.0; }, "nvlink.write", 4);
  EXPECT_THAT(judge(rows, expecting(-0.05)).culprits, IsEmpty());
}

}  // namespace
}  // namespace plumbline
