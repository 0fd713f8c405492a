#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "results/schema/finding.h"

namespace plumbline {

/// The numbers of the verdict rule; `plumbline explain` prints them.
namespace rule {
inline constexpr double alpha = 1e-3;  ///< of a false verdict, over all looks together
inline constexpr std::array<std::size_t, 4> looks = {1, 3, 6, 12};  ///< runs at each look
inline constexpr double median_of_runs = 1.2533;  ///< sigma of a median over that of a mean
inline constexpr double warn_share = 0.6;         ///< of the tolerance: 5 % fails, 3 % warns
inline constexpr double prior_runs = 20;          ///< what the expected run-to-run sigma is worth
inline constexpr std::size_t confirmed_runs = 3;  ///< fewer never end a FAIL
inline constexpr double rounding = 1e-6;          ///< tables hold six significant digits
}  // namespace rule

/// z_{1 - alpha / looks}: 3.481.
double verdict_z();

/// One run's value and the variance of its median within the run, relative.
struct RunValue {
  double value = 0;
  double variance_within = 0;
};

/// What a timed value is held against.
struct Limits {
  double expected = 0;
  std::optional<double> low;   ///< relative, as in the baseline: -0.05
  std::optional<double> high;  ///< relative: 0.05
};

struct TimedVerdict {
  Verdict verdict = Verdict::inconclusive;
  double value = 0;        ///< median over the runs
  double ci_low = 0;       ///< value * exp(-h)
  double ci_high = 0;      ///< value * exp(+h)
  double sigma = 0;        ///< of one run, relative: run to run and within the run
  double h = 0;            ///< half-width of the interval of log(value)
  double resolution = 0;   ///< h after the last look
  double deviation = 0;    ///< value / expected - 1
  bool remeasure = false;  ///< more runs can change the verdict
};

/// Judges the median of all runs of one series; never the best or the last of them.
///
/// With x = log(value / expected), sigma^2 = sigma_r^2 + variance within and R runs,
/// h = z * sigma * c_R / sqrt(R), c_R = 1.2533 from three runs on. FAIL if all of [x-h, x+h] lies
/// outside a limit; PASS or WARN if all of it lies inside, WARN if it lies beyond 0.6 of a limit;
/// otherwise INCONCLUSIVE. Sigma_r is `spread`, widened where the runs themselves differ by more
/// than that (updated_sigma). A FAIL of fewer than three runs asks to be measured again.
/// The values and `expected` are > 0.
TimedVerdict judge_timed(std::span<const RunValue> runs, const Limits& limits, double spread);

}  // namespace plumbline
