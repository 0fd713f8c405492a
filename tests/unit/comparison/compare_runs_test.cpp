#include "reports/comparison/compare_runs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <random>

#include "reports/formats/comparison_text.h"
#include "reports/pages/comparison_page.h"
#include "results/schema/device.h"
#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

class CompareRuns : public ::testing::Test {
 protected:
  CompareRuns() { results_.baseline({expected_triad(), expected_gpus()}); }

  Comparison compare(const std::vector<RunDirectory>& before,
                     const std::vector<RunDirectory>& after) {
    BaselineStore store = BaselineStore::of("nowhere", results_.path(), {});
    return compare_runs(before, after, store);
  }
  /// `hosts` hosts with 8 paths each, of 1 % noise from run to run; `factor` of a host and path.
  RunDirectory fleet(const std::string& name, int hosts, unsigned seed,
                     const std::function<double(int host, int path)>& factor) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(1, 0.01);
    std::vector<Measurement> rows;
    for (int host = 0; host < hosts; ++host) {
      for (int path = 0; path < 8; ++path) {
        Measurement m = on(triad(100 * noise(random) * factor(host, path)), host_name(host));
        m.subject = fmt::format("numa{}", path);
        rows.push_back(m);
      }
    }
    return results_.run(name, rows);
  }
  static std::string host_name(int host) { return fmt::format("node-{}", host); }

  ResultsFolder results_;
};

const auto as_before = [](int, int) { return 1.0; };

TEST_F(CompareRuns, NoiseIsNoChange) {
  const Comparison c = compare({fleet("a", 100, 1, as_before)}, {fleet("b", 100, 2, as_before)});
  EXPECT_EQ(c.compared, 800U);
  ASSERT_EQ(c.groups.size(), 1U);
  EXPECT_EQ(c.groups[0].verdict, ChangeVerdict::same);
  EXPECT_TRUE(c.series.empty());
  EXPECT_FALSE(c.is_worse());
  EXPECT_FALSE(c.is_incomplete());
  EXPECT_THAT(comparison_text(c), HasSubstr("NO CHANGE: 1 kind of measurement: 0 worse, 0 better"));
}

TEST_F(CompareRuns, OnePathOfOneHost) {
  const auto slower = [](int host, int path) { return host == 7 && path == 3 ? 0.8 : 1.0; };
  const Comparison c = compare({fleet("a", 100, 1, as_before)}, {fleet("b", 100, 2, slower)});
  EXPECT_EQ(c.groups[0].verdict, ChangeVerdict::same);
  ASSERT_EQ(c.series.size(), 1U);
  EXPECT_EQ(c.series[0].host, "node-7");
  EXPECT_EQ(c.series[0].path, "numa3>numa0");
  EXPECT_EQ(c.series[0].verdict, ChangeVerdict::worse);
  EXPECT_NEAR(c.series[0].ratio, 0.8, 0.05);
  EXPECT_LT(c.series[0].ratio_low, 0.8);
  EXPECT_TRUE(c.is_worse());
  EXPECT_THAT(comparison_text(c), HasSubstr("worse   node-7 numa3>numa0 host_memory.triad: "));
}

TEST_F(CompareRuns, AStepOfTheFleetIsOneChange) {
  const auto slower = [](int host, int path) { return host == 7 && path == 3 ? 0.7 : 0.96; };
  const Comparison c = compare({fleet("a", 100, 1, as_before)}, {fleet("b", 100, 2, slower)});
  EXPECT_EQ(c.groups[0].verdict, ChangeVerdict::worse);
  EXPECT_NEAR(c.groups[0].ratio, 0.96, 0.005);
  EXPECT_EQ(c.groups[0].hosts, 100U);
  ASSERT_EQ(c.series.size(), 1U);  // not the other 799
  EXPECT_EQ(c.series[0].host, "node-7");
}

TEST_F(CompareRuns, TwoFleetsWithoutACommonHost) {
  const RunDirectory a = fleet("a", 40, 1, as_before);
  std::vector<Measurement> rows =
      read_all<Measurement>(fleet("b", 40, 2, [](int, int) { return 0.95; }).measurements());
  for (Measurement& m : rows) m.host = "other-" + m.host;
  const Comparison c = compare({a}, {results_.run("b", rows)});
  EXPECT_TRUE(c.two_fleets);
  EXPECT_EQ(c.hosts_in_both, 0U);
  ASSERT_EQ(c.groups.size(), 1U);
  EXPECT_EQ(c.groups[0].verdict, ChangeVerdict::worse);
  EXPECT_NEAR(c.groups[0].ratio, 0.95, 0.01);
  EXPECT_TRUE(c.series.empty());
}

TEST_F(CompareRuns, SeveralRunsOnEachSideAreMoreCertain) {
  const auto a = fleet("a", 1, 1, as_before);
  const auto b = fleet("b", 1, 2, as_before);
  const auto one = compare({a}, {b});
  const auto more = compare({a, fleet("a2", 1, 3, as_before), fleet("a3", 1, 5, as_before)},
                            {b, fleet("b2", 1, 4, as_before), fleet("b3", 1, 6, as_before)});
  const auto width = [](const Comparison& c) {
    return c.groups[0].ratio_high - c.groups[0].ratio_low;
  };
  EXPECT_LT(width(more), 0.85 * width(one));
}

TEST_F(CompareRuns, FactsAndWhatIsNotMeasuredAnyMore) {
  Measurement read = triad(90);
  read.metric = "host_memory.read";
  const Comparison c =
      compare({results_.run("a", {triad(100), gpus(8), text_fact("topology.kernel", "6.1"), read})},
              {results_.run("b", {triad(100), gpus(7), text_fact("topology.kernel", "6.8"),
                                  failed(read, "bus error")})});
  ASSERT_EQ(c.facts.size(), 3U);
  EXPECT_TRUE(c.facts[0].worse);
  EXPECT_TRUE(c.facts[1].worse);
  EXPECT_FALSE(c.facts[2].worse);
  EXPECT_TRUE(c.is_worse());
  const std::string text = comparison_text(c);
  EXPECT_THAT(text, HasSubstr("worse  numa>numa host_memory.read: measured -> failed: bus error"));
  EXPECT_THAT(text, HasSubstr("worse  node topology.gpus: 8 -> 7, 1 times, first on node-a"));
  EXPECT_THAT(text, HasSubstr("  node topology.kernel: 6.1 -> 6.8"));
}

TEST_F(CompareRuns, WhatWasNotMeasuredAgainIsNotTheSame) {
  const auto a = results_.run("a", {triad(100), gpus(8), on(triad(100), "node-b")});
  const Comparison c = compare({a}, {results_.run("b", {triad(100), on(triad(100), "node-c")})});
  EXPECT_FALSE(c.is_worse());
  EXPECT_TRUE(c.is_incomplete());
  EXPECT_EQ(c.series_before, 1U);
  EXPECT_THAT(c.only_before, ::testing::ElementsAre("node-b"));
  EXPECT_THAT(c.only_after, ::testing::ElementsAre("node-c"));
  EXPECT_THAT(comparison_text(c), HasSubstr("NO CHANGE, but not all was measured again: "));
}

TEST_F(CompareRuns, MeasuredAndSimulatedAreNotCompared) {
  Measurement m = triad(50);
  m.provenance = Provenance::simulated;
  const Comparison c = compare({results_.run("a", {triad(100)})}, {results_.run("b", {m})});
  EXPECT_EQ(c.mixed, 1U);
  EXPECT_TRUE(c.groups.empty());
  EXPECT_FALSE(c.is_worse());
  EXPECT_TRUE(c.is_incomplete());
}

TEST_F(CompareRuns, PathsToOtherHostsAreComparedByTheirEnd) {
  const auto path = [](const char* peer, double rate) {
    Measurement m = triad(rate);
    m.probe = "efa";
    m.metric = "efa.write";
    m.subject = "rdmap79s0";
    m.peer = peer;
    return m;
  };
  const Comparison c =
      compare({results_.run("a", {path("node-b/rdmap80s0", 12), path("node-c/rdmap81s0", 12)})},
              {results_.run("b", {path("node-d/rdmap82s0", 6), path("node-e/rdmap83s0", 6)})});
  ASSERT_EQ(c.groups.size(), 1U);
  EXPECT_EQ(c.groups[0].verdict, ChangeVerdict::worse);
  EXPECT_NEAR(c.groups[0].ratio, 0.5, 0.001);
}

TEST_F(CompareRuns, Software) {
  const auto a = results_.run("a", {triad(100)});
  const auto b = results_.run("b", {triad(100)});
  write_table(a.context(),
              std::vector{ContextEntry{"n1", "driver", "570"}, ContextEntry{"n2", "driver", "570"},
                          ContextEntry{"n1", "kernel", "6.8"}});
  write_table(b.context(),
              std::vector{ContextEntry{"n1", "driver", "575"}, ContextEntry{"n2", "driver", "570"},
                          ContextEntry{"n1", "kernel", "6.8"}});
  const Comparison c = compare({a}, {b});
  ASSERT_EQ(c.software.size(), 1U);
  EXPECT_THAT(comparison_text(c),
              HasSubstr("  driver: 570 (2 hosts) -> 570 (1 host), 575 (1 host)"));
}

TEST_F(CompareRuns, TheSameRunOnBothSidesIsRefused) {
  const auto a = results_.run("a", {triad(100)});
  EXPECT_THROW(compare({a}, {a}), FileError);
}

TEST_F(CompareRuns, ThePageEscapesWhatItShows) {
  Measurement m = triad(100);
  m.host = m.metric = "<script>alert(1)</script>";
  Measurement slow = m;
  slow.median = 10;
  slow.ci_low = slow.ci_high = std::nullopt;
  const Comparison c = compare({results_.run("a", {m})}, {results_.run("b", {slow})});
  const std::string page = comparison_page(c, "1.0");
  EXPECT_THAT(page, HasSubstr("WORSE"));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy"));
}

TEST_F(CompareRuns, FitsOnAScreen) {
  const auto slower = [](int host, int path) { return host % 3 == 0 && path == 3 ? 0.8 : 1.0; };
  Comparison c = compare({fleet("a", 200, 1, as_before)}, {fleet("b", 200, 2, slower)});
  EXPECT_GT(c.series_worse, 60U);
  for (int i = 0; i < 100; ++i) {
    c.facts.push_back({"metric", "gpu", "1", "2", 1, "node", false});
    c.software.push_back({"key", "a", "b"});
    c.groups.push_back(c.groups.front());
    c.groups.back().verdict = ChangeVerdict::worse;
  }
  const std::string text = comparison_text(c);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 45);
}

TEST_F(CompareRuns, Program) {
  fleet("a1", 3, 1, as_before);
  fleet("a2", 3, 2, as_before);
  fleet("b1", 3, 3, [](int, int) { return 0.7; });
  const auto run = [&](const std::string& arguments) {
    const std::string line = "cd '" + results_.path().parent_path().string() +
                             "' && " PLUMBLINE_BIN "/plumbline-compare " + arguments +
                             " >said.txt 2>&1";
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(run("a1 a2"), exit_ok);
  EXPECT_EQ(run("a1,a2 b1 --csv compare.csv --html compare.html"), exit_rejected);
  const auto folder = results_.path().parent_path();
  EXPECT_THAT(read_file(folder / "said.txt"), HasSubstr("before: a1 and 1 more run"));
  const auto rows = read_all<ComparedValue>(folder / "compare.csv");
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().verdict, ChangeVerdict::worse);
  EXPECT_TRUE(std::filesystem::exists(folder / "compare.html"));
  EXPECT_EQ(run("b1 a1"), exit_ok);  // better
  results_.run("c", {gpus(8)});
  EXPECT_EQ(run("a1 c"), exit_incomplete);
  EXPECT_EQ(run("a1 a1"), exit_usage);
  EXPECT_EQ(run("a1"), exit_usage);
}

}  // namespace
}  // namespace plumbline
