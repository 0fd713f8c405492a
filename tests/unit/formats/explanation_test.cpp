// Every kind of finding is explained: its evidence rows, and the command that measures it again.

#include "reports/formats/explanation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "reports/evaluation/rule_text.h"
#include "reports/formats/rows_behind.h"
#include "reports/judging/judge_runs.h"
#include "tests/unit/judging/pair_runs.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

class Explanation : public ::testing::Test {
 protected:
  /// Judges a run and keeps what is explained of it.
  void judge(const std::vector<Measurement>& rows, const Manifest& manifest = {node_a}) {
    run_.emplace(results_.run("20261124T100000Z_acceptance", rows, manifest));
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    judge_runs(std::vector{*run_}, store,
               [&](const NodeEvaluation& node, std::span<const Measurement>) {
                 findings_.insert(findings_.end(), node.findings.begin(), node.findings.end());
               });
  }
  Finding finding(const std::string& metric, const std::string& host = "") const {
    for (const Finding& f : findings_) {
      if (f.metric == metric && (host.empty() || f.host == host)) return f;
    }
    ADD_FAILURE() << "no finding about " << metric;
    return {};
  }
  std::string explain(const Finding& f) const {
    return explanation(f, rows_behind(std::vector{f}, *run_)[0], run_->name());
  }

  ResultsFolder results_;
  std::optional<RunDirectory> run_;
  std::vector<Finding> findings_;
};

std::size_t lines_with(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

TEST_F(Explanation, ASeriesHasItsRepetitionsAlone) {
  results_.baseline({expected_triad()});
  Measurement elsewhere = triad(31);
  elsewhere.host = "node-b";
  judge({triad(70), again(triad(70), 5, 70.5), gpus(8), elsewhere});
  const std::string text = explain(finding("host_memory.triad"));
  EXPECT_EQ(lines_with(text, "host_memory#1"), 2U) << text;
  EXPECT_THAT(text, Not(HasSubstr("31 GB/s")));
  EXPECT_THAT(text, HasSubstr("repeat it on node-a:\n  plumbline probe host_memory --case "
                              "'host_memory.triad/numa0>numa0'\n"));
}

TEST_F(Explanation, WhatIsMissingHasTheTaskThatFailed) {
  results_.baseline({expected_triad()});
  judge({task(0, "killed by SIGSEGV"), gpus(8)});
  const std::string missing = explain(finding("host_memory.triad"));
  EXPECT_THAT(missing, HasSubstr("node-a node runner.task  failed: killed by SIGSEGV"));
  EXPECT_THAT(missing, HasSubstr("measure it again:\n  plumbline retry 20261124T100000Z"));
  const std::string failed_task = explain(finding("runner.task"));
  EXPECT_THAT(failed_task, HasSubstr("killed by SIGSEGV"));
  EXPECT_THAT(failed_task, HasSubstr("plumbline retry 20261124T100000Z"));
}

TEST_F(Explanation, ANodeWithoutRows) {
  judge({});
  EXPECT_THAT(explain(finding("node.results")),
              HasSubstr("measure it again:\n  plumbline retry 20261124T100000Z_acceptance\n"));
}

TEST_F(Explanation, ANodeOfAnotherTypeHasItsRows) {
  ManifestEntry node = node_a;
  node.instance_type = "p5.48xlarge";
  judge({triad(100)}, {node});
  const std::string text = explain(finding("node.results"));
  EXPECT_THAT(text, HasSubstr("node-a numa0>numa0 host_memory.triad  100 GB/s"));
  EXPECT_THAT(text, Not(HasSubstr("measure it again")));
}

TEST_F(Explanation, AGpuThatSlowsItsPathsHasThem) {
  std::vector<Measurement> rows;
  for (int from = 0; from < 8; ++from) {
    for (int to = 0; to < 8; ++to) {
      if (from == to) continue;
      Measurement m = triad(from == 3 || to == 3 ? 200 : 400 + 0.1 * from + 0.01 * to);
      m.probe = "nvlink";
      m.metric = "nvlink.write";
      m.subject = fmt::format("gpu{}", from);
      m.peer = fmt::format("gpu{}", to);
      m.case_name = fmt::format("nvlink.write/gpu{}>gpu{}", from, to);
      m.transport = "nvlink";
      rows.push_back(m);
    }
  }
  judge(rows);
  const Finding culprit = finding("nvlink.culprit");
  EXPECT_EQ(rows_behind(std::vector{culprit}, *run_)[0].size(), 14U);  // 7 paths each way
  const std::string text = explain(culprit);
  EXPECT_THAT(text, HasSubstr("node-a gpu3>gpu0 nvlink.write  200 GB/s"));
  EXPECT_THAT(text, Not(HasSubstr("gpu0>gpu1")));
  EXPECT_THAT(text, HasSubstr("plumbline probe nvlink --case 'nvlink.write/gpu"));
}

TEST_F(Explanation, ANicAndAPathToAnotherHost) {
  PairRun fleet;
  fleet.factor = [](std::size_t from, std::size_t nic, std::size_t to, std::size_t to_nic,
                    std::size_t) {
    return (from == 2 && nic == 1) || (to == 2 && to_nic == 1) ? 0.5 : 1.0;
  };
  judge(rows_of(fleet), manifest_of(fleet));
  const Finding nic = finding("efa.culprit", "node-2");
  EXPECT_EQ(nic.subject, "rail1");
  const auto behind = rows_behind(std::vector{nic}, *run_)[0];
  EXPECT_EQ(behind.size(), 14U);  // 7 rounds, both ways
  for (const Measurement& m : behind) EXPECT_LT(m.median.value(), 7) << path_of(m);
  const std::string text = explain(nic);
  EXPECT_THAT(text, HasSubstr("measure it again:\n  plumbline retry 20261124T100000Z_acceptance "
                              "--step efa\n"));
  Finding path = finding("efa.write", "node-2");
  EXPECT_THAT(explain(path), HasSubstr("repeat it from where the hosts can be reached:\n"
                                       "  plumbline run fabric --hosts node-2,node-"));
}

TEST_F(Explanation, ALeafHasThePathsThatLeaveIt) {
  PairRun fleet;
  fleet.nodes = 16;
  fleet.rounds = 15;
  fleet.factor = [](std::size_t from, std::size_t, std::size_t to, std::size_t, std::size_t) {
    return (from / 4 == 1) != (to / 4 == 1) ? 0.6 : 1.0;
  };
  judge(rows_of(fleet), manifest_of(fleet));
  const Finding leaf = finding("efa.culprit", "leaf-1");
  const auto behind = rows_behind(std::vector{leaf}, *run_)[0];
  EXPECT_GT(behind.size(), 100U);
  for (const Measurement& m : behind)
    EXPECT_LT(m.median.value() / (m.subject == "node" ? 4 : 1), 8);
  EXPECT_THAT(explain(leaf), HasSubstr(" more rows\n"));
}

TEST(RuleText, EveryRuleThatFindingsNameIsExplained) {
  for (const char* rule : {"timed",
                           "worst samples",
                           "exact",
                           "ceiling",
                           "unit",
                           "direction",
                           "transport",
                           "provenance",
                           "instance type",
                           "no rows",
                           "expected subject",
                           "culprit",
                           "fleet outlier",
                           "fleet candidate",
                           "trend regression",
                           "repeat offender",
                           "explained by another",
                           "one of two ends",
                           "one of several",
                           "one of many nodes",
                           "slow once",
                           "failed",
                           "failed before",
                           "skipped",
                           "left out",
                           "task",
                           "no value",
                           "no limit",
                           "context",
                           "nothing expected",
                           "not in the manifest"}) {
    EXPECT_NE(rule_text(rule), rule);
  }
}

}  // namespace
}  // namespace plumbline
