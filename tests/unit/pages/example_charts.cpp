#include "tests/unit/pages/example_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include "tests/unit/pages/example_evidence.h"

namespace plumbline {
namespace {

constexpr const char* charted_type = "p5.48xlarge";

std::string host_name(std::size_t node) {
  return fmt::format("ip-10-{}-{}-{}", 1 + node / 65536, node / 256 % 256, node % 256);
}

/// Makes a distribution of values with their names, as the collector does.
class Maker {
 public:
  MetricDistribution d;

  explicit Maker(std::string metric, std::string unit = "GB/s", Better better = Better::higher) {
    d.metric = std::move(metric);
    d.unit = std::move(unit);
    d.better = better;
    d.instance_type = charted_type;
  }

  void add(const std::string& host, const std::string& subject, double value) {
    all_.push_back({host, subject, value, Verdict::pass, ""});
  }

  MetricDistribution made(std::size_t hosts, std::size_t outliers) {
    const bool lower = d.better == Better::lower;
    std::ranges::stable_sort(all_, [&](const NamedValue& a, const NamedValue& b) {
      return lower ? a.value > b.value : a.value < b.value;
    });
    d.values = all_.size();
    d.hosts = hosts;
    for (const double share : distribution_shares) {
      const double place = share * static_cast<double>(all_.size() - 1);
      const auto at = static_cast<std::size_t>(std::llround(place));
      d.quantiles.push_back(all_[lower ? all_.size() - 1 - at : at].value);
    }
    for (std::size_t i = 0; i < outliers; ++i) all_[i].verdict = Verdict::fail;
    all_.resize(std::min<std::size_t>(all_.size(), 64));
    d.values_by_rank = std::move(all_);
    d.outliers = outliers;
    return std::move(d);
  }

 private:
  std::vector<NamedValue> all_;
};

}  // namespace

std::vector<MetricDistribution> example_collectives(std::size_t nodes) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(1, 0.004);
  std::vector<MetricDistribution> all;
  const auto rates = [&](const char* operation, const char* nvls, std::uint64_t group, double most,
                         bool wanted) {
    for (std::uint64_t bytes = 1 << 20; bytes <= std::uint64_t{16} << 30; bytes *= 4) {
      Maker maker(fmt::format("collectives.{}.busbw", operation));
      maker.d.bytes = bytes;
      maker.d.params = {{"in_place", "0"}, {"nvls", nvls}, {"registered", "0"}};
      if (group > 1) maker.d.params.set("nodes", std::to_string(group));
      const double size = static_cast<double>(bytes);
      const double rate = most * size / (size + 6e6 * static_cast<double>(group));
      const std::size_t count = std::max<std::size_t>(1, nodes / group);
      for (std::size_t i = 0; i < count; ++i) {
        maker.add(host_name(i * group), group > 1 ? "group" : "node",
                  rate * noise(random) * (i == 3 ? 0.9 : 1));
      }
      if (wanted && bytes >= 64 << 20) {
        maker.d.expected = rate;
        maker.d.low = 0.95 * rate;
      }
      maker.d.subject_class = group > 1 ? "group" : "node";
      all.push_back(maker.made(count, 0));
    }
  };
  rates("all_reduce", "on", 1, 483, true);
  rates("all_reduce", "off", 1, 367, false);
  rates("all_gather", "on", 1, 361, true);
  rates("all_reduce", "on", 4, 368, true);
  for (const auto& [operation, bytes] : {std::pair("all_reduce", 8), std::pair("all_gather", 32)}) {
    Maker maker(fmt::format("collectives.{}.latency", operation), "us", Better::lower);
    maker.d.bytes = static_cast<std::uint64_t>(bytes);
    maker.d.params = {{"in_place", "0"}, {"nvls", "on"}, {"registered", "0"}};
    maker.d.subject_class = "node";
    for (std::size_t i = 0; i < nodes; ++i) maker.add(host_name(i), "node", 12.9 * noise(random));
    all.push_back(maker.made(nodes, 0));
  }
  return all;
}

std::vector<MetricDistribution> example_distributions(std::size_t nodes) {
  std::mt19937 random(5);
  std::normal_distribution<double> noise(0, 1);
  std::vector<MetricDistribution> all;
  for (const auto& [metric, level, sigma, wanted] :
       {std::tuple("gpu_memory.read", 3080.0, 0.004, true),
        std::tuple("gpu_memory.triad", 2980.0, 0.003, true),
        std::tuple("gpu_memory.latency", 640.0, 0.01, false),
        std::tuple("host_link.h2d", 55.3, 0.002, true),
        std::tuple("nvlink.write", 395.0, 0.001, true)}) {
    const bool lower = std::string_view(metric).ends_with("latency");
    Maker maker(metric, lower ? "ns" : "GB/s", lower ? Better::lower : Better::higher);
    maker.d.bytes = std::uint64_t{1} << 29;
    maker.d.subject_class = "gpu";
    std::size_t outliers = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
      for (std::size_t gpu = 0; gpu < 8; ++gpu) {
        const bool slow = n % 50 == 7 && gpu == 3 && std::string_view(metric) != "host_link.h2d";
        outliers += slow ? 1 : 0;
        const double factor = !slow ? 1 : lower ? 1.25 : 0.8;
        maker.add(host_name(n), fmt::format("gpu{}", gpu),
                  level * factor * (1 + sigma * noise(random)));
      }
    }
    if (wanted) {
      maker.d.expected = level * 1.01;
      maker.d.low = level * 0.95;
      maker.d.ceiling = level * 1.09;
    }
    maker.d.noise = sigma;
    all.push_back(maker.made(nodes, std::min<std::size_t>(outliers, 64)));
  }
  return all;
}

FabricPicture example_fabric(std::size_t hosts, std::size_t hosts_per_leaf, std::size_t rounds) {
  std::mt19937 random(9);
  std::normal_distribution<double> noise(0, 0.006);
  FabricPicture picture;
  picture.name = "efa.write 1 MiB";
  picture.instance_type = charted_type;
  picture.unit = "GB/s";
  picture.rails = 4;
  picture.nodes = hosts;
  picture.expected_across = 12.1;
  picture.expected_within = 12.2;
  picture.expected_from = "the upper quartile of the class";
  picture.noise = 0.006;
  picture.neutral = 0.027;
  const std::size_t leaves = (hosts + hosts_per_leaf - 1) / hosts_per_leaf;
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    picture.leaves.push_back({fmt::format("nn-{:03}", leaf), fmt::format("spine-{}", leaf / 8)});
  }
  for (std::size_t host = 0; host < hosts; ++host) {
    picture.hosts.push_back({host_name(host), picture.leaves[host / hosts_per_leaf].name});
  }
  picture.has_all_meetings = hosts <= 64;
  std::map<std::pair<std::uint32_t, std::uint32_t>, FabricCell> by_leaf, by_host;
  const auto take = [](FabricCell& cell, std::uint32_t a, std::uint32_t b, const FabricCell& one) {
    cell.a = std::min(a, b), cell.b = std::max(a, b);
    cell.deviation = cell.paths == 0 ? one.deviation : std::min(cell.deviation, one.deviation);
    cell.paths += one.paths;
    cell.failed += one.failed;
  };
  const std::size_t turning = hosts - 1;   // the circle method; hosts are even in number
  std::vector<std::uint32_t> seat(hosts);  // drawn by lot in a large fleet
  for (std::size_t i = 0; i < hosts; ++i) seat[i] = static_cast<std::uint32_t>(i);
  for (std::size_t round = 0; round < std::min(rounds, turning); ++round) {
    FabricRound told;
    told.name = fmt::format("efa_pairs.round{}", round + 1);
    told.median = 12.1;
    told.slowest = 100;
    if (!picture.has_all_meetings) std::ranges::shuffle(seat, random);
    for (std::size_t i = 0; i < hosts / 2; ++i) {
      std::uint32_t a = seat[i == 0 ? turning : (round + i) % turning];
      std::uint32_t b = seat[(round + turning - i) % turning];
      if (a > b) std::swap(a, b);
      const auto leaf_a = static_cast<std::uint32_t>(a / hosts_per_leaf);
      const auto leaf_b = static_cast<std::uint32_t>(b / hosts_per_leaf);
      FabricCell cell{a, b, std::min(0.0, noise(random)), 4, 0};
      if (a == 3 || b == 3) cell.deviation = -0.31;
      if (leaf_a != leaf_b && (leaf_a == 1 || leaf_b == 1)) {
        cell.deviation = std::min(cell.deviation, -0.12 + noise(random));
      }
      if (a == 0 && b == 5) cell.failed = 1, cell.paths = 3;
      const double rate = 12.1 * (1 + cell.deviation);
      told.paths += cell.paths;
      told.failed += cell.failed;
      told.slow += cell.deviation < -picture.neutral ? 4U : 0U;
      if (rate < told.slowest) {
        told.slowest = rate;
        told.slowest_path =
            fmt::format("{}/rdmap79s0 with {}/rdmap80s0", host_name(a), host_name(b));
      }
      take(by_leaf[std::minmax(leaf_a, leaf_b)], leaf_a, leaf_b, cell);
      if (picture.has_all_meetings) take(by_host[{a, b}], a, b, cell);
      if (picture.has_all_meetings || a == 3 || b == 3) {
        picture.meetings.push_back({static_cast<std::uint32_t>(round), cell, rate});
      }
      picture.paths += cell.paths;
    }
    picture.rounds.push_back(std::move(told));
  }
  for (const auto& [pair, cell] : by_leaf) picture.between_leaves.push_back(cell);
  for (const auto& [pair, cell] : by_host) picture.between_hosts.push_back(cell);
  return picture;
}

TrendHistory example_trends() {
  std::mt19937 random(17);
  std::normal_distribution<double> noise(1, 0.003);
  TrendHistory history;
  TrendSeries gpu, level;
  for (std::size_t run = 0; run < 30; ++run) {
    history.runs.push_back(fmt::format("202611{:02}T020000Z_nightly", run + 1));
    const double common = run < 12 ? 3000 : 2910;
    level.values.push_back(common * noise(random));
    gpu.values.push_back(run == 7 ? std::nan("") : common * noise(random) * (run < 21 ? 1 : 0.93));
  }
  gpu.host = host_name(2);
  gpu.subject = "gpu6";
  gpu.metric = level.metric = "gpu_memory.read";
  gpu.bytes = level.bytes = std::uint64_t{1} << 29;
  gpu.unit = level.unit = "GB/s";
  gpu.base = 2910;
  gpu.changed = 21;
  gpu.is_regression = true;
  gpu.part = "GPU-6f2e0066-0d1c-4b7a-9f60-2f6a1b3c00ba";
  gpu.moved_from = host_name(9);
  level.subject = "gpu";
  history.series = {gpu, level};
  history.changes = {{12,
                      "one event of the fleet in 20261113T020000Z_nightly: gpu_memory.read of gpu "
                      "changed by -3 % on 16 hosts together; driver.version 570 -> 580; no part is "
                      "at fault for that"}};
  return history;
}

Evidence charts_evidence(std::size_t nodes) {
  Evidence e = fleet_evidence(std::min<std::size_t>(nodes, 30), 2);
  e.distributions = example_collectives(nodes);
  for (MetricDistribution& d : example_distributions(nodes))
    e.distributions.push_back(std::move(d));
  e.fabric.push_back(example_fabric(nodes, nodes > 64 ? 16 : 4, nodes > 64 ? 7 : nodes));
  e.trends = example_trends();
  e.suspects = {{host_name(3), "slow in efa.write 1 MiB"},
                {host_name(5), host_name(5) + "/rdmap79s0 carried nothing"}};
  if (!e.findings.empty()) {
    JudgedFinding culprit;
    Finding& f = culprit.finding;
    f.id = "c0ffee01";
    f.host = host_name(3);
    f.instance_type = charted_type;
    f.metric = "efa.culprit";
    f.subject = "node";
    f.rule = "culprit";
    f.verdict = Verdict::fail;
    f.sentence = host_name(3) +
                 " is 31 % slower than the 12.1 GB/s that others reach (the upper quartile of the "
                 "class) in efa.write 1 MiB: explains 28 paths, odds of more than a million to 1";
    f.action = "Take the node out of service and ask for another.";
    e.findings.push_back(std::move(culprit));
  }
  return e;
}

Evidence machine_evidence() {
  Evidence e = accepting_evidence();
  const std::string host = e.nodes.front().host;
  std::mt19937 random(13);
  std::normal_distribution<double> noise(0, 1);
  const auto add = [&](const std::string& metric, const std::string& subject, const char* unit,
                       double value) -> Finding& {
    JudgedFinding judged;
    Finding& f = judged.finding;
    f.id = fmt::format("{:08x}", 0x51000000U + e.findings.size());
    f.host = host;
    f.instance_type = charted_type;
    f.metric = metric;
    f.probe = metric.substr(0, metric.find('.'));
    f.subject = subject;
    f.unit = unit;
    f.better = Better::higher;
    f.value = value;
    f.runs = 3;
    f.verdict = Verdict::pass;
    f.sentence = fmt::format("{} {} {:.4g} {}", subject, metric, value, unit);
    f.rule = "timed";
    e.findings.push_back(std::move(judged));
    return e.findings.back().finding;
  };
  for (std::uint64_t g = 0; g < 8; ++g) {
    const std::string gpu = fmt::format("gpu{}", g);
    const bool is_hot = g == 5;
    std::string nearest;
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::string nic = fmt::format("rdmap{}s0", 79 + 17 * g + i);
      nearest += (nearest.empty() ? "" : " ") + nic;
      e.devices.push_back({host, nic, "efa", "Elastic Fabric Adapter (EFA)", "", "",
                           fmt::format("0000:{:02x}:00.0", 79 + 17 * g + i), g / 4});
      Finding& f = add("efa.write", nic, "GB/s", 12.1 + 0.02 * noise(random));
      f.params = {{"memory", "gpu"}};
      f.bytes = 1 << 20;
    }
    Finding& near = add("topology.gpu.nearest_efa", gpu, "text", 0);
    near.better = Better::exact;
    near.value.reset();
    near.text = nearest;
    for (std::uint64_t other = 0; other < 8; ++other) {
      if (other == g) continue;
      Finding& f = add("nvlink.write", fmt::format("gpu{}>gpu{}", g, other), "GB/s",
                       395 + 0.4 * noise(random));
      f.params = {{"by", "engine"}};
      f.bytes = std::uint64_t{1} << 29;
    }
    const auto burn = [&](const char* metric, const char* unit, double value) -> Finding& {
      Finding& f = add(std::string("gpu_compute.") + metric, gpu, unit, value);
      f.params = {{"dtype", "bf16"}, {"gpus", "all"}};
      return f;
    };
    Finding& sustained = burn("sustained", "TFLOPS", is_hot ? 571 : 764 + noise(random));
    sustained.expected = "760";
    if (is_hot) {
      sustained.verdict = Verdict::fail;
      sustained.sentence = "gpu5 gpu_compute.sustained 571 TFLOPS is 25 % below 760 TFLOPS";
      e.nodes.front().outcome = NodeOutcome::reject;
      e.nodes.front().reason = sustained.sentence;
      ++e.nodes.front().fail;
    }
    burn("sustained_clock", "MHz", is_hot ? 1305 : 1785);
    burn("sustained_power", "W", is_hot ? 512 : 699);
    burn("sustained_temperature", "C", is_hot ? 92 : 66);
    burn("power_capped", "ratio", is_hot ? 0.11 : 0.99);
    burn("software_slowed", "ratio", is_hot ? 0.83 : 0);
    burn("hardware_slowed", "ratio", 0);
    const auto curve = [&](const char* metric, const char* unit, auto&& value) {
      BurnCurve made{host, gpu, "dtype=bf16;gpus=all", metric, unit, 1, {}};
      for (int i = 0; i < 60; ++i) {
        const double hot = is_hot ? 1 / (1 + std::exp((18 - i) / 2.4)) : 0;
        made.values.push_back(value(i, hot));
      }
      e.burns.push_back(std::move(made));
    };
    const auto start = [](int i) { return std::exp(-i / 3.2); };
    curve("gpu_compute.sustained", "TFLOPS", [&](int i, double hot) {
      return (764 + 20 * start(i) + 1.5 * noise(random)) * (1 - 0.26 * hot);
    });
    curve("gpu_compute.sustained_clock", "MHz",
          [&](int i, double hot) { return (1785 + 60 * start(i)) * (1 - 0.27 * hot); });
    curve("gpu_compute.sustained_power", "W",
          [&](int i, double hot) { return 699 - 90 * start(i) - 187 * hot; });
    curve("gpu_compute.sustained_temperature", "C",
          [&](int i, double) { return (is_hot ? 92 : 66) - 20 * start(i); });
  }
  e.verdict = FleetVerdict::reject;
  e.reason = e.nodes.front().reason;
  return e;
}

Evidence hostile_charts_evidence() {
  const std::string attack = "<img src=x onerror=alert(1)>\"' \xE2\x80\xAE]]>";
  Evidence e = charts_evidence(16);
  for (MetricDistribution& d : e.distributions) {
    d.unit = attack;
    d.instance_type = attack;
    d.subject_class = attack;
    d.params.set("x" + in_params(attack), in_params(attack));
    if (!d.metric.starts_with("collectives.")) d.metric = attack;
    for (NamedValue& one : d.values_by_rank) one.host = attack, one.subject = attack;
  }
  for (FabricPicture& picture : e.fabric) {
    picture.name = attack;
    picture.unit = attack;
    picture.expected_from = attack;
    for (FabricPlace& place : picture.leaves) place = {attack, attack};
    for (FabricPlace& place : picture.hosts) place = {attack, attack};
    for (FabricRound& round : picture.rounds) round.name = attack, round.slowest_path = attack;
  }
  for (SuspectedNode& suspect : e.suspects) suspect = {attack, attack};
  for (std::string& run : e.trends.runs) run = attack;
  for (FleetChange& change : e.trends.changes) change.text = attack;
  for (TrendSeries& series : e.trends.series) {
    series.subject = series.metric = series.unit = series.part = series.moved_from = attack;
  }
  return e;
}

}  // namespace plumbline
