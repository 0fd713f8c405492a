#include "suites/simulation/row_text.h"

#include <gtest/gtest.h>

namespace plumbline::simulation {
namespace {

Measurement row() {
  Measurement m;
  m.instance_type = "p5.48xlarge";
  m.probe = "nvlink";
  m.case_name = "nvlink.write/gpu0>gpu1/by=engine";
  m.metric = "nvlink.write";
  m.subject = "gpu0";
  m.peer = "gpu1";
  m.bytes = 1024;
  m.params = {{"by", "engine"}, {"round", "2"}};
  m.unit = "GB/s";
  m.better = Better::higher;
  m.median = 1;
  m.transport = "nvlink";
  m.provenance = Provenance::simulated;
  m.task = "nvlink#1";
  return m;
}

const WallTime time = *parse_time("2026-11-24T10:34:01.250Z");

/// The line is to the byte what the schema's own writer makes of the row that it says.
Measurement read_back(const std::string& line) {
  const auto m = csv_record<Measurement>(line);
  EXPECT_EQ(csv_line(m), line);
  return m;
}

TEST(RowText, IsTheLineOfARate) {
  std::string line;
  RowText(row()).append(RowText::head("run", time, "node-17"), {400, 0.002, 20, true}, 3, line);
  const Measurement m = read_back(line);
  EXPECT_EQ(m.run, "run");
  EXPECT_EQ(m.time, time);
  EXPECT_EQ(m.host, "node-17");
  EXPECT_EQ(m.params, row().params);
  EXPECT_EQ(m.median, 400);
  EXPECT_EQ(m.samples, 20u);
  EXPECT_EQ(m.attempt, 3u);
  EXPECT_LT(m.min, m.ci_low);
  EXPECT_LT(m.ci_low, m.median);
  EXPECT_EQ(m.spread, 0.002);
  EXPECT_EQ(m.provenance, Provenance::simulated);
}

TEST(RowText, IsTheLineOfAFact) {
  Measurement fact = row();
  fact.better = Better::exact;
  fact.median.reset();
  fact.text = "\"0-47,96-143\"";
  fact.note = "as found, not as wished";
  std::string line;
  RowText(fact).append(RowText::head("run", time, "node-17"), {}, 1, line);
  const Measurement m = read_back(line);
  EXPECT_EQ(m.text, fact.text);
  EXPECT_EQ(m.note, fact.note);
  EXPECT_FALSE(m.median);
  EXPECT_FALSE(m.ci_low);
}

TEST(RowText, IsTheLineOfAPath) {
  Measurement path = row();
  path.subject = "rdmap79s0";
  path.peer = {};
  path.case_name = "efa.write/rdmap79s0>";
  std::string line;
  RowText(path).append_path(RowText::head("run", time, "a"), {12, 0.001, 20, true}, "b/rdmap80s0",
                            "efa_pairs.round1@a+b", line);
  const Measurement m = read_back(line);
  EXPECT_EQ(m.peer, "b/rdmap80s0");
  EXPECT_EQ(m.case_name, "efa.write/rdmap79s0>b/rdmap80s0/1024/by=engine;round=2");
  EXPECT_EQ(m.task, "efa_pairs.round1@a+b");
}

}  // namespace
}  // namespace plumbline::simulation
