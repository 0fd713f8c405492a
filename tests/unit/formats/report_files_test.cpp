// The files beside the HTML report: what is in them, that nothing from a row breaks them, and that
// they stay small in a large fleet.

#include <gmock/gmock.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "reports/formats/json_lines.h"
#include "reports/formats/junit.h"
#include "reports/formats/markdown.h"
#include "reports/formats/prometheus.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/tables.h"
#include "tests/unit/judging/run_folder.h"

namespace plumbline {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Markup, quotes, escapes, no UTF-8, and what turns the direction of writing.
const std::string hostile =
    "a\"b\\c<script>&'`|]]>*[x](y)\xff\xe2\x80\xae\x01"
    "{z=\"1\"} 1\nplumbline_verdict 7";

Measurement gpu_path(const char* from, const char* to, double gb_per_s) {
  Measurement m = triad(gb_per_s);
  m.probe = "nvlink";
  m.metric = "nvlink.write";
  m.case_name = std::string("nvlink.write/") + from + '>' + to;
  m.subject = from;
  m.peer = to;
  return m;
}

/// Judges nodes as judge_runs() does and writes every file.
class ReportFilesTest : public ::testing::Test {
 protected:
  std::string path(const char* name) const { return folder_ / name; }
  std::string text(const char* name) const { return read_file(path(name)); }

  void begin() {
    writers_ = report_writers(
        {.findings = path("findings.csv"),
         .nodes = path("nodes.csv"),
         .pairs = path("pairs.csv"),
         .suspects = path("suspects.csv"),
         .markdown = path("findings.md"),
         .junit = path("junit.xml"),
         .prometheus = path("plumbline.prom"),
         .json_lines = path("findings.jsonl")},
        {{"20261124T100000Z_acceptance"}, parse_time("2026-11-24T12:00:00.000Z").value()});
  }
  void judge(const ManifestEntry& node, const std::vector<Measurement>& rows,
             std::vector<Baseline> baselines = {expected_triad()}) {
    const auto evaluation = evaluate_node(node, rows, Expectations(std::move(baselines)));
    judgement_.fleet.add(evaluation);
    judgement_.nodes.push_back(evaluation.verdict);
    judgement_.rows += rows.size();
    for (const auto& writer : writers_) {
      writer->add(evaluation, rows, writer->text_of(evaluation));
    }
  }
  void judge_many(std::size_t nodes, double gb_per_s) {
    for (std::size_t i = 0; i < nodes; ++i) {
      ManifestEntry node = node_a;
      node.host = "node-" + std::to_string(i);
      judge(node, {on(triad(gb_per_s), node.host)});
    }
  }
  void end() {
    for (const auto& writer : writers_) {
      if (writer->finish(judgement_)) written_.push_back(writer->file().filename());
    }
  }
  /// "" if a schema holds, else what xmllint says; nothing is said where there is no xmllint.
  std::string invalid(const char* name) const {
    if (std::string(PLUMBLINE_XMLLINT).empty()) return {};
    const std::string said = path("xmllint.txt");
    const std::string command = std::string(PLUMBLINE_XMLLINT) +
                                " --noout --schema " PLUMBLINE_JUNIT_SCHEMA " '" + path(name) +
                                "' >'" + said + "' 2>&1";
    return std::system(command.c_str()) == 0 ? "" : read_file(said);
  }

  ScratchFolder folder_;
  Judgement judgement_;
  std::vector<std::unique_ptr<ReportWriter>> writers_;
  std::vector<std::string> written_;
};

TEST_F(ReportFilesTest, OneOfEachVerdict) {
  begin();
  Baseline fabric = expected_gpus();
  fabric.metric = "topology.efa";
  Measurement note = text_fact("topology.kernel", "6.8");
  Measurement close = triad(95.2);
  close.subject = close.peer = "numa1";
  close.case_name = "host_memory.triad/numa1>numa1";
  Baseline near = expected_triad();
  near.subject_class = "numa1>numa1";
  judge(node_a,
        {triad(70), again(triad(70), 5, 70), again(triad(70), 10, 70), close, gpus(8), note},
        {expected_triad(), near, expected_gpus(), fabric});
  end();
  EXPECT_THAT(written_, ElementsAre("findings.csv", "nodes.csv", "pairs.csv", "findings.md",
                                    "junit.xml", "plumbline.prom", "findings.jsonl"));
  const std::string junit = text("junit.xml");
  EXPECT_EQ(invalid("junit.xml"), "");
  EXPECT_THAT(junit, HasSubstr("<testsuite name=\"node-a\" tests=\"5\" failures=\"1\" errors=\"2\" "
                               "skipped=\"1\" hostname=\"node-a\" "
                               "timestamp=\"2026-11-24T12:00:00\">"));
  EXPECT_THAT(
      junit, HasSubstr("<testcase classname=\"verdict\" name=\"node-a\"><failure type=\"REJECT\""));
  EXPECT_THAT(junit, HasSubstr("<testcase classname=\"node-a\" name=\"numa0&gt;numa0 "
                               "host_memory.triad\"><failure type=\"FAIL\" message=\"numa0&gt;"));
  EXPECT_THAT(junit, HasSubstr("<error type=\"INCONCLUSIVE\" message=\"numa1&gt;numa1"));
  EXPECT_THAT(junit, HasSubstr("name=\"node topology.efa\"><error type=\"MISSING\""));
  EXPECT_THAT(junit, HasSubstr("name=\"node topology.gpus\"/>"));
  EXPECT_THAT(junit, HasSubstr("<skipped type=\"UNJUDGED\""));
  EXPECT_THAT(junit, HasSubstr("repeat it on node-a: plumbline probe host_memory --case"));

  const std::string page = text("findings.md");
  EXPECT_THAT(page, HasSubstr("# REJECT: node-a, m7i.large\n"));
  EXPECT_THAT(page, HasSubstr("### FAIL: node-a `numa0>numa0 host_memory.triad`"));
  EXPECT_THAT(page, HasSubstr("- expected: 100 GB/s, at least 95 GB/s (learned: a test)"));
  EXPECT_THAT(page, HasSubstr("- repeat it on node-a: `plumbline probe host_memory --case "
                              "'host_memory.triad/numa0>numa0'`"));

  const auto paths = read_all<PathValue>(path("pairs.csv"));
  ASSERT_EQ(paths.size(), 2U);
  EXPECT_EQ(paths[0].subject, "numa0");
  EXPECT_NEAR(paths[0].ratio.value(), 0.7, 1e-6);
}

TEST_F(ReportFilesTest, WhatIsInARowBreaksNoFile) {
  begin();
  Measurement bad = failed(triad(1), hostile);
  bad.metric = "host_memory." + hostile;
  bad.subject = hostile;
  bad.host = hostile;
  ManifestEntry node = node_a;
  node.host = hostile;
  judgement_.notes = {hostile};
  judgement_.bad_rows = {hostile};
  judge(node, {on(triad(100), hostile), bad, bad});
  end();
  EXPECT_EQ(invalid("junit.xml"), "");
  EXPECT_THAT(text("junit.xml"), Not(HasSubstr("<script>")));
  // In Markdown it stands in text escaped, and in code between more backticks than it has.
  std::string page = text("findings.md");
  page = std::regex_replace(page, std::regex("\\\\`"), "");
  page = std::regex_replace(page, std::regex("`` .* ``|`[^`\n]+`"), "CODE");
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("\\<script\\>"));
  EXPECT_THAT(page, Not(HasSubstr("\nplumbline_verdict")));
  // Every line of the Prometheus text is a comment or one series with escaped labels.
  const std::regex series(R"re([a-z_]+(\{([a-z_]+="([^"\\]|\\\\|\\")*",?)+\})? -?[0-9.e+-]+)re");
  std::istringstream lines(text("plumbline.prom"));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("# ") || std::regex_match(line, series)) << line;
  }
  std::istringstream objects(text("findings.jsonl"));
  for (std::string line; std::getline(objects, line);) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
}

TEST_F(ReportFilesTest, PrometheusText) {
  begin();
  judge(node_a, {triad(70), again(triad(70), 5, 70), again(triad(70), 10, 70), gpus(8)},
        {expected_triad(), expected_gpus()});
  end();
  const std::string prom = text("plumbline.prom");
  EXPECT_THAT(prom, HasSubstr("plumbline_verdict{verdict=\"ACCEPT\"} 0\n"
                              "plumbline_verdict{verdict=\"REJECT\"} 1\n"));
  EXPECT_THAT(prom, HasSubstr("plumbline_nodes{verdict=\"REJECT\"} 1\n"));
  EXPECT_THAT(prom, HasSubstr("plumbline_findings{probe=\"host_memory\",verdict=\"FAIL\"} 1\n"));
  EXPECT_THAT(prom, HasSubstr("plumbline_node_verdict{host=\"node-a\",instance_type=\"m7i.large\","
                              "verdict=\"REJECT\"} 1\n"));
  EXPECT_THAT(prom,
              HasSubstr("plumbline_measured_value{host=\"node-a\",metric=\"host_memory.triad\","
                        "subject=\"numa0\",peer=\"numa0\",bytes=\"\",params=\"\","
                        "provenance=\"measured\",unit=\"GB/s\"} 70\n"));
  EXPECT_THAT(prom, HasSubstr("unit=\"GB/s\"} 100\n"));  // what is expected of it
  EXPECT_THAT(prom, HasSubstr("\nplumbline_measured_timestamp_seconds 1795515000\n"));
  EXPECT_THAT(prom, HasSubstr("\nplumbline_left_out_series 0\n"));
  EXPECT_THAT(prom, ::testing::EndsWith("\n"));
  // Each metric has its HELP and TYPE once, before its series.
  std::set<std::string> declared;
  std::istringstream lines(prom);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      const std::string name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(declared.insert(name).second) << name;
    } else if (!line.starts_with('#')) {
      EXPECT_TRUE(declared.contains(line.substr(0, line.find_first_of("{ ")))) << line;
    }
  }
}

TEST_F(ReportFilesTest, ALargeFleetMakesNoLargeFiles) {
  begin();
  judge_many(3000, 50);
  end();
  EXPECT_EQ(invalid("junit.xml"), "");
  const std::string prom = text("plumbline.prom");
  EXPECT_LT(std::count(prom.begin(), prom.end(), '\n'), 2000);
  EXPECT_THAT(prom, HasSubstr("plumbline_nodes{verdict=\"REJECT\"} 3000\n"));
  // 2000 nodes and 2800 findings have no series of their own.
  EXPECT_THAT(prom, HasSubstr("\nplumbline_left_out_series 4800\n"));
  const std::string page = text("findings.md");
  EXPECT_LT(page.size(), 100'000U);
  EXPECT_THAT(page, HasSubstr("\nand 2950 more: `nodes.csv` has all.\n"));
  EXPECT_THAT(page, HasSubstr("\nand 2950 more findings: `findings.csv` has all.\n"));
  EXPECT_EQ(read_all<PathValue>(path("pairs.csv")).size(), 3000U);
}

TEST_F(ReportFilesTest, JUnitOfManyNodesLeavesOutWhatPassed) {
  begin();
  judge_many(junit::whole_nodes, 100);
  end();
  EXPECT_THAT(text("junit.xml"), HasSubstr("<testsuite name=\"node-63\" tests=\"1\""));
  EXPECT_THAT(text("junit.xml"), HasSubstr("<testsuite name=\"verdicts\" tests=\"64\""));

  judgement_ = {};
  begin();
  judge_many(junit::whole_nodes + 1, 100);
  end();
  const std::string junit = text("junit.xml");
  EXPECT_EQ(invalid("junit.xml"), "");
  EXPECT_THAT(junit, Not(HasSubstr("<testsuite name=\"node-")));
  EXPECT_THAT(junit, HasSubstr("<testcase classname=\"verdict\" name=\"65 accepted\"/>"));
}

TEST_F(ReportFilesTest, JUnitIsNotGreenWhereNothingWasExpected) {
  begin();
  judge(node_a, {triad(100)}, {});
  judgement_.types_without_baseline = {"m7i.large"};
  end();
  const std::string junit = text("junit.xml");
  EXPECT_THAT(
      junit,
      HasSubstr("<testcase classname=\"verdict\" name=\"node-a\"><error type=\"INCOMPLETE\""));
  EXPECT_THAT(junit, HasSubstr("no baseline for type m7i.large"));
}

TEST_F(ReportFilesTest, SimulatedIsSaidEverywhere) {
  begin();
  Measurement m = triad(70);
  m.provenance = Provenance::simulated;
  judge(node_a, {m});
  end();
  EXPECT_THAT(text("junit.xml"), HasSubstr("SIMULATED"));
  EXPECT_THAT(text("findings.md"), HasSubstr("\n**SIMULATED: "));
  EXPECT_THAT(text("plumbline.prom"), HasSubstr("provenance=\"simulated\""));
  EXPECT_THAT(text("findings.jsonl"), HasSubstr("\"provenance\":\"simulated\""));
  EXPECT_EQ(read_all<PathValue>(path("pairs.csv")).at(0).provenance, Provenance::simulated);
}

TEST_F(ReportFilesTest, WithoutPathsThereAreNoPairs) {
  begin();
  judge(node_a, {gpus(8)}, {expected_gpus()});
  end();
  EXPECT_THAT(written_, Not(::testing::Contains("pairs.csv")));
  EXPECT_FALSE(std::filesystem::exists(path("pairs.csv")));
}

TEST(JsonLine, HasTheColumnsOfTheTable) {
  Finding f = evaluate_node(node_a, std::vector{triad(70)}, Expectations({expected_triad()}))
                  .findings.at(0);
  f.bytes = 1024;
  f.params = {{"dtype", "bf16"}};
  f.text = f.action = "something";
  f.high = 1;
  std::vector<std::string> keys;
  const auto object = nlohmann::ordered_json::parse(json_line(f));
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  EXPECT_THAT(keys, ::testing::ElementsAreArray(csv_columns<Finding>()));
  EXPECT_EQ(object["value"], 70);
  EXPECT_EQ(object["params"]["dtype"], "bf16");
}

TEST(PathValue, OfWhatAFindingIsAPath) {
  const auto of = [](const Measurement& m) {
    return path_value(evaluate_node(node_a, std::vector{m}, {}).findings.at(0));
  };
  EXPECT_EQ(of(gpu_path("gpu0", "gpu3", 396)).value().peer, "gpu3");
  const auto between = of(gpu_path("rdmap79s0", "node-18/rdmap80s0", 12)).value();
  EXPECT_EQ(between.peer_host, "node-18");
  EXPECT_EQ(between.peer, "rdmap80s0");
  EXPECT_FALSE(between.ratio);  // nothing is expected of it
  Measurement to_host = gpu_path("gpu3", "", 55);
  EXPECT_FALSE(of(to_host));
  to_host.metric = "host_link.h2d";
  EXPECT_EQ(of(to_host).value().subject, "gpu3");
  EXPECT_FALSE(of(gpus(8)));
}

TEST(Markdown, Text) {
  EXPECT_EQ(markdown_text("numa0>numa1 host_memory.triad"), "numa0\\>numa1 host_memory.triad");
  EXPECT_EQ(markdown_text("a|b\nc"), "a\\|b c");
  EXPECT_EQ(markdown_code("a`b``c"), "``` a`b``c ```");
  EXPECT_EQ(markdown_code("x"), "`x`");
}

}  // namespace
}  // namespace plumbline
