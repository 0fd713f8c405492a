#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "reports/evaluation/node.h"
#include "tests/unit/evaluation/rows.h"

namespace plumbline {
namespace {

using namespace testing;

Measurement row(const std::string& metric, const std::string& subject, const std::string& peer,
                double value) {
  Measurement m = triad(value);
  m.metric = metric;
  m.subject = subject;
  m.peer = peer;
  m.case_name = metric + '/' + subject;
  return m;
}

/// Eight GPUs to each other and to NICs of other hosts, which differ from host to host.
std::vector<Measurement> rows_of(std::size_t host) {
  std::vector<Measurement> rows;
  for (int gpu = 0; gpu < 12; ++gpu) {
    const std::string name = "gpu" + std::to_string(gpu);
    rows.push_back(row("gpu_memory.copy", name, "", 100 + gpu));
    rows.push_back(row("nvlink.write", name, "gpu" + std::to_string((gpu + 1) % 12), 300));
    for (std::size_t round = 0; round < 4; ++round) {
      const std::string partner = "host-" + std::to_string(host * 7 % 5 + round * round % 11);
      rows.push_back(row("efa.write_bw", "rdmap" + std::to_string(gpu), partner + "/rdmap0", 12));
    }
  }
  return rows;
}

Baseline expected(const std::string& metric, const std::string& subject_class) {
  Baseline b = expected_triad();
  b.metric = metric;
  b.subject_class = subject_class;
  b.subjects = 12;
  return b;
}

std::vector<Baseline> baselines() {
  Baseline pairs = expected("efa.write_bw", "rdmap>host/rdmap");
  pairs.expected = "12";
  pairs.nodes = 2;
  Baseline third = expected("gpu_memory.copy", "gpu3");
  third.expected = "150";
  third.subjects = 1;
  Baseline by_engine = expected("nvlink.write", "gpu>gpu");
  by_engine.expected = "300";
  Baseline of_kernels = by_engine;
  of_kernels.params = {{"by", "kernel"}};
  of_kernels.expected = "200";
  return {expected("gpu_memory.copy", "gpu"), third, pairs, by_engine, of_kernels};
}

void expect_the_same(NodeEvaluator& evaluator, std::span<const Measurement> rows,
                     const Expectations& expectations, const std::string& what) {
  SCOPED_TRACE(what);
  const NodeEvaluation found = evaluator.evaluate(node_a, rows, expectations);
  const NodeEvaluation fresh = evaluate_node(node_a, rows, expectations);
  EXPECT_EQ(found.findings, fresh.findings);
  EXPECT_EQ(found.verdict, fresh.verdict);
}

TEST(NodeEvaluator, SaysTheSameWhateverItJudgedBefore) {
  NodeEvaluator evaluator;
  const Expectations of_type(baselines());
  std::vector<Baseline> others = baselines();
  others[0].expected = "90";
  others.pop_back();
  const Expectations of_other_type(others);
  std::vector<Baseline> with_a_host = baselines();
  with_a_host.push_back(expected("efa.write_bw", "rdmap3>host-1/rdmap0"));
  with_a_host.back().nodes = 2;
  with_a_host.back().subjects = 1;
  const Expectations of_one_host(with_a_host);
  std::mt19937_64 random(1);
  for (std::size_t host = 0; host < 60; ++host) {
    std::vector<Measurement> rows = rows_of(host);
    const Expectations& expectations = host % 7 == 3 ? of_other_type : of_type;
    expect_the_same(evaluator, rows, expectations, "alike");
    rows[random() % rows.size()].metric = "gpu_memory.read";
    rows[random() % rows.size()].params = {{"by", "kernel"}};
    rows[random() % rows.size()].bytes = 4096;
    rows[random() % rows.size()].subject = "gpu03";  // reads like gpu3, but is another
    rows[random() % rows.size()].transport = "tcp";
    rows[random() % rows.size()].outcome = Outcome::failed;
    expect_the_same(evaluator, rows, expectations, "some rows are about something else");
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(random() % 5),
               rows.begin() + 5 + static_cast<std::ptrdiff_t>(random() % 40));
    expect_the_same(evaluator, rows, expectations, "some rows are missing");
    std::ranges::shuffle(rows, random);
    expect_the_same(evaluator, rows, expectations, "in another order");
    expect_the_same(evaluator, rows, of_other_type, "other expectations");
    expect_the_same(evaluator, rows, of_one_host, "something is expected of one other host");
  }
}

TEST(NodeEvaluator, JudgesAHostWithoutRowsBetweenOthers) {
  NodeEvaluator evaluator;
  const Expectations expectations(baselines());
  expect_the_same(evaluator, rows_of(0), expectations, "before");
  expect_the_same(evaluator, {}, expectations, "without rows");
  expect_the_same(evaluator, rows_of(1), expectations, "after");
}

}  // namespace
}  // namespace plumbline
