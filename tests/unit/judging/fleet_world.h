#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "results/schema/measurement.h"

namespace plumbline::testing {

/// A fleet of known truth: what a device is, and how much each measurement of it varies.
struct FleetWorld {
  std::size_t nodes = 200;
  std::size_t gpus = 8;
  std::vector<std::string> metrics = {"gpu_memory.read"};
  double level = 3000;     ///< GB/s
  double between = 0.003;  ///< sigma from device to device
  double within = 0.003;   ///< from run to run
  bool heavy_tails = false;
  bool left_skewed = false;  ///< slow devices lie 1.5 times as far out
  std::uint64_t seed = 1;
  /// How much slower than usual a device is, relative: 0 is healthy.
  std::function<double(std::size_t node, std::size_t gpu)> deficit = [](auto, auto) { return 0.0; };

  /// What a device is by itself, as the logarithm of its share of `level`.
  double own(std::size_t node, std::size_t gpu, std::size_t metric) const {
    std::mt19937_64 random(seed * 1'000'003 + node * 8191 + gpu * 131 + metric);
    double offset = between * draw(random);
    if (left_skewed && offset < 0) offset *= 1.5;
    return offset + std::log1p(-deficit(node, gpu));
  }

  Measurement row(std::size_t node, std::size_t gpu, std::size_t metric,
                  std::uint64_t attempt) const {
    std::mt19937_64 random(seed * 7'368'787 + node * 8191 + gpu * 131 + metric + attempt * 65'537);
    Measurement m;
    m.run = "20261124T100000Z_acceptance";
    m.time = parse_time("2026-11-24T10:00:00.000Z").value() + std::chrono::minutes(attempt);
    m.host = host(node);
    m.instance_type = "m7i.large";
    m.metric = metrics[metric];
    m.probe = m.metric.substr(0, m.metric.find('.'));
    m.subject = "gpu" + std::to_string(gpu);
    m.case_name = m.metric + '/' + m.subject;
    m.unit = "GB/s";
    m.better = Better::higher;
    m.samples = 60;
    m.median = level * std::exp(own(node, gpu, metric) + within * draw(random));
    m.ci_low = *m.median * 0.9995;
    m.ci_high = *m.median * 1.0005;
    m.spread = 0.001;
    m.attempt = attempt;
    m.task = m.probe + '#' + std::to_string(attempt);
    return m;
  }

  std::vector<Measurement> rows() const {
    std::vector<Measurement> all;
    for (std::size_t node = 0; node < nodes; ++node) {
      for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
        for (std::size_t metric = 0; metric < metrics.size(); ++metric) {
          all.push_back(row(node, gpu, metric, 1));
        }
      }
    }
    return all;
  }

  static std::string host(std::size_t node) { return "node-" + std::to_string(1000 + node); }

 private:
  double draw(std::mt19937_64& random) const {
    if (!heavy_tails) return std::normal_distribution<double>()(random);
    return std::student_t_distribution<double>(5)(random) / std::sqrt(5.0 / 3);
  }
};

}  // namespace plumbline::testing
