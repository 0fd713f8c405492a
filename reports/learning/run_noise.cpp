#include "reports/learning/run_noise.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "reports/evaluation/noise.h"
#include "reports/statistics/median.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

/// Rates and latencies of one probe differ in their noise.
std::string family_key(const Thing& thing) {
  return std::string(family_of(thing.about.metric)) + ' ' + better_names[thing.about.better];
}

/// The logarithms of a thing's values by host and run, in order of time.
std::map<std::pair<std::string, std::string>, std::vector<std::pair<WallTime, double>>> by_run(
    const Thing& thing) {
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<WallTime, double>>> runs;
  for (const Observation& o : thing.observed) {
    if (o.value) runs[{o.host, o.run}].emplace_back(o.time, std::log(*o.value));
  }
  for (auto& [run, values] : runs) std::sort(values.begin(), values.end());
  return runs;
}

}  // namespace

std::vector<RunLog> run_logs(const Thing& thing) {
  std::vector<RunLog> logs;
  for (const auto& [run, values] : by_run(thing)) {
    std::vector<double> all;
    for (const auto& [time, log] : values) all.push_back(log);
    logs.push_back({run.first, values.front().first, median(std::move(all))});
  }
  std::sort(logs.begin(), logs.end(), [](const RunLog& a, const RunLog& b) {
    return std::tie(a.host, a.time, a.log) < std::tie(b.host, b.time, b.log);
  });
  return logs;
}

RunNoise::RunNoise(const Observations& observations) {
  for (const auto& [key, thing] : observations.things()) {
    if (thing.about.better == Better::exact) continue;
    Pairs& pairs = by_family_[family_key(thing)];
    for (const auto& [run, values] : by_run(thing)) {
      for (std::size_t i = 1; i < values.size(); ++i) {
        pairs.repetitions.push_back(values[i].second - values[i - 1].second);
      }
    }
    const auto logs = run_logs(thing);
    for (std::size_t i = 1; i < logs.size(); ++i) {
      if (logs[i].host == logs[i - 1].host) pairs.runs.push_back(logs[i].log - logs[i - 1].log);
    }
  }
}

bool RunNoise::knows_pairs() const {
  return std::any_of(by_family_.begin(), by_family_.end(), [](const auto& family) {
    return !family.second.runs.empty() || !family.second.repetitions.empty();
  });
}

double RunNoise::of_family(const Thing& thing) const {
  const double prior = default_spread(thing.about.metric, thing.about.better);
  const auto found = by_family_.find(family_key(thing));
  if (found == by_family_.end()) return prior;
  std::vector<double> sigmas;
  for (const auto* pairs : {&found->second.runs, &found->second.repetitions}) {
    if (const auto sigma = sigma_of_pairs(*pairs)) {
      sigmas.push_back(updated_sigma(*sigma, static_cast<double>(pairs->size()), prior));
    }
  }
  return sigmas.empty() ? prior : *std::max_element(sigmas.begin(), sigmas.end());
}

double RunNoise::of_thing(const Thing& thing) const {
  double squares = 0;  // about the mean of each series: of a host over runs, of a run over repeats
  double freedom = 0;
  const auto add = [&](const std::vector<double>& values) {
    if (values.size() < 2) return;
    const double sigma = standard_deviation(values);
    const double degrees = static_cast<double>(values.size()) - 1;
    squares += degrees * sigma * sigma;
    freedom += degrees;
  };
  std::map<std::string, std::vector<double>> by_host;
  for (const RunLog& run : run_logs(thing)) by_host[run.host].push_back(run.log);
  for (const auto& [host, values] : by_host) add(values);
  if (freedom == 0) {
    for (const auto& [run, values] : by_run(thing)) {
      std::vector<double> logs;
      for (const auto& [time, log] : values) logs.push_back(log);
      add(logs);
    }
  }
  const double observed = freedom == 0 ? 0 : std::sqrt(squares / freedom);
  return updated_sigma(observed, freedom, of_family(thing));
}

}  // namespace plumbline
