#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/evaluation/sentence.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/learning/learned_rows.h"
#include "reports/statistics/median.h"
#include "reports/statistics/variance.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

/// What a group of things that agree comes to, in logarithms.
struct Estimate {
  double centre = 0;
  double sigma_run = 0;  ///< run to run
  double tolerance = 0;
};

double mean_within(const ThingGroup& group) {
  double sum = 0;
  double count = 0;
  for (const Thing* thing : group) {
    for (const Observation& o : thing->observed) {
      sum += o.variance_within;
      ++count;
    }
  }
  return sum / count;
}

/// From device to device: what is left of their spread when run-to-run noise is taken off. A few
/// devices have a standard deviation, many a scale that slow ones among them do not widen.
double sigma_between(const std::vector<double>& devices, Better better, double noise_variance) {
  constexpr std::size_t many = 10;
  std::vector<double> oriented = devices;
  if (better == Better::lower) {
    for (double& value : oriented) value = -value;
  }
  const double scale = devices.size() < many ? standard_deviation(oriented) : upper_scale(oriented);
  return std::sqrt(std::max(0.0, scale * scale - noise_variance));
}

Estimate estimate(const ThingGroup& group, const RunNoise& noise) {
  Estimate result;
  std::vector<double> values, devices;
  for (const Thing* thing : group) {
    std::map<std::string, std::vector<double>> by_host;
    for (const RunLog& run : run_logs(*thing)) {
      by_host[run.host].push_back(run.log);
      values.push_back(run.log);
    }
    for (auto& [host, logs] : by_host) devices.push_back(median(std::move(logs)));
    result.sigma_run = std::max(result.sigma_run, noise.of_thing(*thing));
  }
  result.centre = median(values);
  const double n = static_cast<double>(values.size());
  const double variance = result.sigma_run * result.sigma_run + mean_within(group);
  const double runs_of_a_device = n / static_cast<double>(devices.size());
  const double between =
      sigma_between(devices, group.front()->about.better, variance / runs_of_a_device);
  const double sigma = std::sqrt(variance * (1 + 1 / n) + between * between);
  result.tolerance = std::max(learning::sigmas * sigma, -std::log1p(-learning::least_tolerance));
  return result;
}

/// True if the subjects differ by no more than their noise allows: then one row holds for all.
bool agree(const ThingGroup& group, const RunNoise& noise) {
  std::vector<double> centres;
  double sigma = 0;
  for (const Thing* thing : group) {
    std::vector<double> logs;
    for (const RunLog& run : run_logs(*thing)) logs.push_back(run.log);
    centres.push_back(median(std::move(logs)));
    sigma = std::max(sigma, noise.of_thing(*thing));
  }
  const auto [least, most] = std::minmax_element(centres.begin(), centres.end());
  return *most - *least <= learning::sigmas * sigma;
}

/// Away from zero, so that the limit that is written is not narrower than the one computed.
double outward(double limit) {
  constexpr double step = 1000;
  return (limit < 0 ? std::floor(limit * step) : std::ceil(limit * step)) / step;
}

double to_three_digits(double value) {
  return parse_number(fmt::format("{:.3g}", value)).value_or(value);
}

}  // namespace

void learn_timed(const ThingGroup& group, const RunNoise& noise, const Observations& all,
                 Lesson& lesson) {
  if (group.size() > 1 && !agree(group, noise)) {
    for (const Thing* thing : group) learn_timed({thing}, noise, all, lesson);
    return;
  }
  const Estimate e = estimate(group, noise);
  Baseline b = row_about(group, all);
  b.expected = format_number(std::exp(e.centre));
  b.spread = to_three_digits(e.sigma_run);
  const double share = 1 - std::exp(-e.tolerance);
  if (b.better == Better::higher) {
    b.low = outward(-share);
    b.ceiling = group.front()->ceiling;
  } else {
    b.high = outward(std::exp(e.tolerance) - 1);
  }
  if (b.ceiling && std::exp(e.centre) > *b.ceiling) {
    lesson.notes.push_back(fmt::format("{} is not learned: {} is above its physical limit of {}",
                                       named(b), quantity(std::exp(e.centre), b.unit),
                                       quantity(*b.ceiling, b.unit)));
    return;
  }
  if (b.metric.ends_with("_curve")) {
    b.use = Use::context;  // a curve shows a shape; its steep parts move with the machine's mood
  } else if (share > learning::most_tolerance) {
    b.use = Use::context;
    lesson.notes.push_back(fmt::format("{} is too noisy to gate: {} would have to be allowed",
                                       named(b), percent(share)));
  }
  lesson.baselines.push_back(std::move(b));
}

}  // namespace plumbline
