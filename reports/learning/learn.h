#pragma once

#include <string>
#include <vector>

#include "reports/learning/observations.h"

namespace plumbline {

/// How a tolerance follows from the noise.
namespace learning {
inline constexpr double sigmas = 6;               ///< a healthy machine passes with few runs
inline constexpr double least_tolerance = 0.05;   ///< however quiet the machine is
inline constexpr double most_tolerance = 0.40;    ///< a wider one guards nothing
inline constexpr double amount_tolerance = 0.02;  ///< of amounts of memory and storage
}  // namespace learning

/// What was learned about one instance type.
struct Lesson {
  std::vector<Baseline> baselines;
  std::vector<std::string> notes;  ///< what does not gate, what was left out, and why
};

/// Makes expectations of what accepted runs of one instance type measured.
///
/// A timed value is expected to be the median over all runs and hosts. Its tolerance is six sigma
/// of the difference between a new run and that median: sigma^2 = (sigma_r^2 + within) * (1 + 1/n)
/// + sigma_b^2 for n runs, sigma_b from host to host; at least 5 %, and above 40 % the row becomes
/// context. Facts are expected as they are, amounts of memory within 2 %. Facts that change without
/// anything being wrong, facts that differ between these observations, and the points of a curve
/// (metrics named ..._curve) are context.
/// Subjects of one class that agree share a row.
Lesson learn(const Observations& observations);

}  // namespace plumbline
