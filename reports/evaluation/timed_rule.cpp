#include "reports/evaluation/timed_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "reports/statistics/median.h"
#include "reports/statistics/normal.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

double half_width(double sigma, std::size_t runs) {
  const double c = runs >= 3 ? rule::median_of_runs : 1;
  return verdict_z() * sigma * c / std::sqrt(static_cast<double>(runs));
}

/// Sorted, so that sums over the runs do not depend on their order.
std::vector<double> sorted(std::span<const RunValue> runs, double (*of)(const RunValue&)) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const RunValue& run : runs) values.push_back(of(run));
  std::sort(values.begin(), values.end());
  return values;
}

double sigma_of_one_run(std::span<const RunValue> runs, double spread) {
  const double freedom = static_cast<double>(runs.size()) - 1;
  // The standard deviation sees every run; the robust scale alone, which one odd run cannot raise,
  // may overrule what is known of the class. A single run has neither.
  double deviation = 0, robust = 0;
  if (runs.size() > 1) {
    const auto logs = sorted(runs, [](const RunValue& run) { return std::log(run.value); });
    deviation = standard_deviation(logs);
    robust = sigma_per_mad * median_absolute_deviation(logs);
  }
  const double between =
      std::max({spread, shrunk_sigma(deviation, freedom, spread, rule::prior_runs),
                updated_sigma(robust, freedom, spread, rule::prior_runs)});
  double within = 0;
  for (const double variance : sorted(runs, [](const RunValue& r) { return r.variance_within; })) {
    within += variance / static_cast<double>(runs.size());
  }
  return std::sqrt(between * between + within);
}

}  // namespace

double verdict_z() {
  static const double z =
      normal_upper_quantile(rule::alpha / static_cast<double>(rule::looks.size()));
  return z;
}

TimedVerdict judge_timed(std::span<const RunValue> runs, const Limits& limits, double spread) {
  TimedVerdict result;
  result.value = median(sorted(runs, [](const RunValue& run) { return run.value; }));
  result.sigma = sigma_of_one_run(runs, spread);
  result.h = half_width(result.sigma, runs.size());
  result.ci_low = result.value * std::exp(-result.h);
  result.ci_high = result.value * std::exp(result.h);
  result.resolution = half_width(result.sigma, rule::looks.back());
  result.deviation = result.value / limits.expected - 1;

  const double x = std::log(result.value / limits.expected);
  const double low = limits.low ? std::log1p(*limits.low) - rule::rounding : -unbounded;
  const double high = limits.high ? std::log1p(*limits.high) + rule::rounding : unbounded;
  const double above = x - result.h;  // all of the interval is above this
  const double below = x + result.h;
  if (below < low || above > high) {
    result.verdict = Verdict::fail;
    result.remeasure = runs.size() < rule::confirmed_runs;
  } else if (above >= low && below <= high) {
    const bool near = below < rule::warn_share * low || above > rule::warn_share * high;
    result.verdict = near ? Verdict::warn : Verdict::pass;
  } else {
    result.verdict = Verdict::inconclusive;
    result.remeasure = runs.size() < rule::looks.back();
  }
  return result;
}

}  // namespace plumbline
