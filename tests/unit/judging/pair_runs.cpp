#include "tests/unit/judging/pair_runs.h"

#include <fmt/format.h>

#include <random>

#include "tests/unit/evaluation/rows.h"

namespace plumbline::testing {

std::string host_name(std::size_t node) { return fmt::format("node-{}", node); }

Manifest manifest_of(const PairRun& run) {
  Manifest manifest;
  for (std::size_t node = 0; node < run.nodes; ++node) {
    ManifestEntry entry = node_a;
    entry.host = host_name(node);
    if (run.nodes_per_leaf > 0) {
      entry.network_node_1 = "spine";
      entry.network_node_2 = fmt::format("leaf-{}", node / run.nodes_per_leaf);
    }
    manifest.push_back(entry);
  }
  return manifest;
}

std::vector<Measurement> rows_of(const PairRun& run) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(1, 0.004);
  std::vector<Measurement> rows;
  const std::size_t turning = run.nodes - 1;  // the last node stays, the others turn
  for (std::size_t round = 0; round < run.rounds; ++round) {
    for (std::size_t i = 0; i < run.nodes / 2; ++i) {
      const std::size_t a = i == 0 ? turning : (round + i) % turning;
      const std::size_t b = (round + turning - i) % turning;
      const std::string name =
          fmt::format("efa.round{}@{}+{}", round + 1, host_name(a), host_name(b));
      bool failed_once = false;
      for (std::size_t rail = 0; rail < run.rails; ++rail) {
        const std::size_t other = (rail + round) % run.rails;
        for (const auto& [from, nic, to, to_nic] :
             {std::tuple(a, rail, b, other), std::tuple(b, other, a, rail)}) {
          Measurement m = triad(run.rate * noise(random));
          if (run.factor) *m.median *= run.factor(from, nic, to, to_nic, round);
          m.ci_low = *m.median * 0.999;
          m.ci_high = *m.median * 1.001;
          m.host = host_name(from);
          m.probe = "efa";
          m.metric = "efa.write";
          m.subject = fmt::format("rail{}", nic);
          m.peer = fmt::format("{}/rail{}", host_name(to), to_nic);
          m.bytes = 1 << 20;
          m.transport = "efa";
          m.case_name = fmt::format("efa.write/{}>{}/1048576", m.subject, m.peer);
          m.task = name;
          const bool fails = *m.median == 0;
          failed_once |= fails;
          rows.push_back(fails ? failed(m, "nothing moved for 3 s") : m);
          if (rail > 0 || from != a || fails) continue;
          m.subject = "node";
          m.peer = host_name(to) + "/node";
          m.median = *m.median * static_cast<double>(run.rails);
          rows.push_back(m);
        }
      }
      for (const std::size_t host : {a, b}) {
        Measurement m = task(0, failed_once ? "a case failed" : "");
        m.host = host_name(host);
        m.probe = "efa";
        m.params.set("step", name);
        m.task = name;
        rows.push_back(m);
      }
    }
  }
  return rows;
}

}  // namespace plumbline::testing
