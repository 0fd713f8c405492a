#include "suites/fleet/pair_rates.h"

#include <algorithm>
#include <map>

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

/// A rate of a pair, and what may be compared with it.
struct Rate {
  std::string name;
  double value = 0;
  std::string of;
};

/// What one pair came to.
struct PairRows {
  std::vector<Rate> rates;
  std::optional<std::string> failure;  ///< why the rates do not count
};

std::string of_row(const Measurement& row) {
  return row.host + ' ' + path_of(row) + ' ' + row.metric;
}

PairRows rows_of(const std::filesystem::path& file, const FleetTask& task) {
  PairRows rows;
  if (std::filesystem::exists(file)) {
    read_csv<Measurement>(
        file,
        [&](const Measurement& row) {
          if (row.task != task.id || row.attempt != task.attempt) return;
          if (row.outcome == Outcome::failed && !rows.failure) {
            rows.failure = of_row(row) + ": " + row.note;
          }
          if (!is_network_rate(row) || !row.median) return;
          rows.rates.push_back({comparable(row), *row.median, of_row(row)});
        },
        BadRows::collect);
  }
  if (rows.rates.empty() && !rows.failure) rows.failure.emplace();
  return rows;
}

}  // namespace

bool is_network_rate(const Measurement& row) {
  return row.better == Better::higher && row.unit == "GB/s";
}

schedule::RoundResults pair_rates(const FleetRecord& record, const schedule::Fleet& fleet,
                                  std::span<const FleetTask> tasks) {
  const auto index = schedule::node_numbers(fleet);
  std::map<std::string, std::vector<double>> all;
  std::vector<PairRows> of_tasks;
  for (const FleetTask& task : tasks) {
    PairRows rows =
        rows_of(record.parts().folder(task.id, task.hosts.front()) / "measurements.csv", task);
    const auto outcome = record.outcome(task.id);
    if (!rows.failure && (!outcome || !ran_to_its_end(*outcome))) rows.failure.emplace();
    if (!rows.failure) {
      for (const Rate& rate : rows.rates) all[rate.name].push_back(rate.value);
    }
    of_tasks.push_back(std::move(rows));
  }
  std::map<std::string, double> medians;
  for (auto& [name, values] : all) medians[name] = median_of(std::move(values));

  schedule::RoundResults results;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (record.outcome(tasks[i].id) == TaskOutcome::killed) continue;
    schedule::PairResult result{index.at(tasks[i].hosts[0]), index.at(tasks[i].hosts[1]), {}};
    if (of_tasks[i].failure) {
      result.of = *of_tasks[i].failure;
      results.push_back(std::move(result));
      continue;
    }
    for (const Rate& rate : of_tasks[i].rates) {
      const double relative = medians[rate.name] > 0 ? rate.value / medians[rate.name] : 0;
      if (result.rate && relative >= *result.rate) continue;
      result.rate = relative;
      result.of = rate.of;
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace plumbline
