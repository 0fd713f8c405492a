#pragma once

#include <cstddef>
#include <span>

namespace plumbline {

/// When a member of a cohort is an outlier although nothing is expected of it. A threshold alone
/// accuses healthy ones in a large fleet, so what the screen finds is measured again, and only the
/// fresh values decide.
namespace outlier {
inline constexpr std::size_t least_members = 30;  ///< a smaller cohort joins its parent
inline constexpr double screen_z = -3;
inline constexpr double screen_share = 0.75;     ///< of the tolerated deficit
inline constexpr double least_tolerance = 0.03;  ///< where none is known: 5 sigma, at least this
inline constexpr double tolerance_sigmas = 5;
inline constexpr double least_sigma = 0.0005;
inline constexpr std::size_t looks[] = {3, 6, 12};  ///< fresh runs at each look
inline constexpr double sure_fail = 1e-4;
inline constexpr double sure_clear = 0.01;
inline constexpr double false_discoveries = 0.01;  ///< q over all candidates
}  // namespace outlier

/// Where a cohort lies. Values are oriented logarithms: lower is worse.
struct CohortLevel {
  double centre = 0;  ///< median
  double sigma = 0;   ///< one-sided: it does not grow with how slow a slow minority is
  std::size_t members = 0;
};

/// Of no values a level of nothing. Sigma is at least `resolution`, what the metric itself can
/// tell.
CohortLevel cohort_level(std::span<const double> values, double resolution = 0);

/// Deficits that a cohort tolerates where no contract says it.
double learned_tolerance(const CohortLevel& level);

/// z < -3
bool is_far_out(double value, const CohortLevel& level);

/// Whether a value is to be measured again: far out and a deficit beyond 0.75 of the tolerance.
bool is_candidate(double value, const CohortLevel& level, double tolerance);

enum class FreshDecision { measure_again, fails, clear, undecided };

/// What fresh values of a candidate say; the value that made it one is not among them.
struct FreshVerdict {
  double deficit = 0;
  double p = 1;  ///< of "the deficit is at most tolerated", for all three looks together
  FreshDecision decision = FreshDecision::measure_again;
};

/// Judges all fresh values so far: a t test whose sigma is drawn towards the cohort's, against
/// log(1 - tolerance). Decided early if that is clear; undecided after the last look. `fails` holds
/// only if benjamini_hochberg over the p of all candidates rejects it too.
FreshVerdict judge_fresh(std::span<const double> values, const CohortLevel& level,
                         double tolerance);

}  // namespace plumbline
