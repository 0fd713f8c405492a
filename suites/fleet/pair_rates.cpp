#include "suites/fleet/pair_rates.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace plumbline {
namespace {

/// What is compared over a round: the same work, whoever's it is.
std::string comparable(const Measurement& row) {
  return row.metric + '/' + std::to_string(row.bytes) + '/' + format_params(row.params);
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The rates of one pair, by what they can be compared with. Nothing if a case failed.
std::optional<std::vector<std::pair<std::string, double>>> rates_of(
    const std::filesystem::path& file, const FleetTask& task) {
  std::vector<std::pair<std::string, double>> rates;
  bool failed = !std::filesystem::exists(file);
  if (!failed) {
    read_csv<Measurement>(
        file,
        [&](const Measurement& row) {
          if (row.task != task.id || row.attempt != task.attempt) return;
          failed |= row.outcome == Outcome::failed;
          if (row.better != Better::higher || !row.median) return;
          rates.emplace_back(comparable(row), *row.median);
        },
        BadRows::collect);
  }
  if (failed || rates.empty()) return std::nullopt;
  return rates;
}

}  // namespace

schedule::RoundResults pair_rates(const FleetRecord& record, const schedule::Fleet& fleet,
                                  std::span<const FleetTask> tasks) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < fleet.hosts.size(); ++i) index[fleet.hosts[i]] = i;
  std::map<std::string, std::vector<double>> all;
  std::vector<std::optional<std::vector<std::pair<std::string, double>>>> of_tasks;
  for (const FleetTask& task : tasks) {
    const auto file = record.parts().folder(task.id, task.hosts.front()) / "measurements.csv";
    auto rates = rates_of(file, task);
    const auto outcome = record.outcome(task.id);
    if (!outcome || !ran_to_its_end(*outcome)) rates.reset();
    if (rates) {
      for (const auto& [name, value] : *rates) all[name].push_back(value);
    }
    of_tasks.push_back(std::move(rates));
  }
  std::map<std::string, double> medians;
  for (auto& [name, values] : all) medians[name] = median_of(std::move(values));

  schedule::RoundResults results;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    schedule::PairResult result{index.at(tasks[i].hosts[0]), index.at(tasks[i].hosts[1]), {}};
    if (of_tasks[i]) {
      for (const auto& [name, value] : *of_tasks[i]) {
        const double relative = medians[name] > 0 ? value / medians[name] : 0;
        result.rate = std::min(result.rate.value_or(relative), relative);
      }
    }
    results.push_back(result);
  }
  return results;
}

}  // namespace plumbline
