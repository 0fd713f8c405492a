#include "tests/unit/evaluation/rows.h"

#include <chrono>

namespace plumbline::testing {
namespace {

Measurement row(const std::string& metric) {
  Measurement m;
  m.run = "20261124T100000Z_acceptance";
  m.time = parse_time("2026-11-24T10:00:00.000Z").value();
  m.host = node_a.host;
  m.instance_type = node_a.instance_type;
  m.probe = metric.substr(0, metric.find('.'));
  m.metric = metric;
  m.case_name = metric + "/node";
  m.task = m.probe + "#1";
  m.samples = 1;
  return m;
}

}  // namespace

Measurement triad(double gb_per_s) {
  Measurement m = row("host_memory.triad");
  m.case_name = "host_memory.triad/numa0>numa0";
  m.subject = "numa0";
  m.peer = "numa0";
  m.unit = "GB/s";
  m.better = Better::higher;
  m.samples = 60;
  m.median = gb_per_s;
  m.ci_low = gb_per_s * 0.999;
  m.ci_high = gb_per_s * 1.001;
  m.spread = 0.002;
  return m;
}

Measurement again(Measurement m, int minutes_later, double gb_per_s) {
  Measurement later = triad(gb_per_s);
  later.host = m.host;
  later.subject = m.subject;
  later.peer = m.peer;
  later.time = m.time + std::chrono::minutes(minutes_later);
  later.attempt = m.attempt + 1;
  return later;
}

Measurement failed(Measurement m, const std::string& reason) {
  m.outcome = Outcome::failed;
  m.samples = 0;
  m.median = m.ci_low = m.ci_high = m.spread = std::nullopt;
  m.text = {};
  m.note = reason;
  return m;
}

Measurement skipped(Measurement m, const std::string& reason) {
  m = failed(std::move(m), reason);
  m.outcome = Outcome::skipped;
  return m;
}

Measurement gpus(double count) {
  Measurement m = row("topology.gpus");
  m.unit = "count";
  m.median = count;
  return m;
}

Measurement text_fact(const std::string& metric, const std::string& text) {
  Measurement m = row(metric);
  m.unit = "text";
  m.text = text;
  return m;
}

Measurement task(int minutes_later, const std::string& failure) {
  Measurement m = row("runner.task");
  m.probe = "host_memory";
  m.params = {{"repeat", "1"}, {"step", "memory"}};
  m.unit = "s";
  m.better = Better::lower;
  m.median = 3.5;
  m.time += std::chrono::minutes(minutes_later);
  return failure.empty() ? m : failed(m, failure);
}

Baseline expected_triad() {
  Baseline b;
  b.metric = "host_memory.triad";
  b.subject_class = "numa0>numa0";
  b.unit = "GB/s";
  b.better = Better::higher;
  b.expected = "100";
  b.low = -0.05;
  b.spread = 0.01;
  b.basis = "learned";
  b.source = "a test";
  return b;
}

Baseline expected_gpus() {
  Baseline b;
  b.metric = "topology.gpus";
  b.subject_class = "node";
  b.unit = "count";
  b.expected = "8";
  b.basis = "spec";
  b.source = "a test";
  return b;
}

NodeEvaluation judge(std::vector<Measurement> rows, std::vector<Baseline> baselines) {
  return evaluate_node(node_a, rows, Expectations(std::move(baselines)));
}

}  // namespace plumbline::testing
