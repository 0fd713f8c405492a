#include "reports/statistics/outlier.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "reports/statistics/median.h"
#include "reports/statistics/student_t.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

constexpr double prior_runs = 4;  // what the cohort's sigma is worth beside the fresh values' own

}  // namespace

CohortLevel cohort_level(std::span<const double> values, double resolution) {
  CohortLevel level;
  level.members = values.size();
  if (values.empty()) return level;
  level.centre = median({values.begin(), values.end()});
  const double scale = upper_scale(values);
  level.sigma = std::max({std::isfinite(scale) ? scale : 0, resolution, outlier::least_sigma});
  return level;
}

double learned_tolerance(const CohortLevel& level) {
  return std::max(outlier::least_tolerance, outlier::tolerance_sigmas * level.sigma);
}

bool is_far_out(double value, const CohortLevel& level) {
  return (value - level.centre) / level.sigma < outlier::screen_z;
}

bool is_candidate(double value, const CohortLevel& level, double tolerance) {
  const double deficit = -std::expm1(value - level.centre);
  return is_far_out(value, level) && deficit > outlier::screen_share * tolerance;
}

FreshVerdict judge_fresh(std::span<const double> values, const CohortLevel& level,
                         double tolerance) {
  constexpr double looks = std::size(outlier::looks);
  FreshVerdict verdict;
  if (values.size() < outlier::looks[0]) return verdict;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());  // so that the sum does not depend on the order
  const double n = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n - level.centre;
  const double own = standard_deviation(sorted);
  const double freedom = n + prior_runs - 1;
  const double sigma =
      std::sqrt(((n - 1) * own * own + prior_runs * level.sigma * level.sigma) / freedom);
  const double t = (mean - std::log1p(-tolerance)) / (sigma / std::sqrt(n));
  const double tail = student_t_lower_tail(t, freedom);
  verdict.deficit = -std::expm1(mean);
  verdict.p = std::min(1.0, looks * tail);
  if (tail < outlier::sure_fail / looks) {
    verdict.decision = FreshDecision::fails;
  } else if (1 - tail < outlier::sure_clear / looks) {
    verdict.decision = FreshDecision::clear;
  } else if (sorted.size() >= outlier::looks[std::size(outlier::looks) - 1]) {
    verdict.decision = FreshDecision::undecided;
  }
  return verdict;
}

}  // namespace plumbline
