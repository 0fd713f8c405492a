#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace plumbline {

/// Does the work once and returns the seconds it took.
using Timed = std::function<double()>;

/// Seconds since some point, for the bounds on a case's time.
using Clock = std::function<double()>;
/// CLOCK_MONOTONIC_RAW, by which everything is timed: on a virtual node it is virtual, so that how
/// many samples are drawn there does not depend on how fast it is simulated.
double monotonic_seconds();

/// When a case has been sampled enough. Defaults: reference for kernels; networks use 1 %.
struct Sampling {
  double precision = 0.005;  ///< relative half-width of the 99 % interval to stop at
  std::size_t min_samples = 20;
  std::size_t max_samples = 2000;
  double min_seconds = 0.2;
  double max_seconds = 10;
  double warm_up_seconds = 0;  ///< drawn and dropped before the first sample counts
};

/// What the samples of one case say, in the unit of the samples.
struct SampleSummary {
  std::size_t samples = 0;  ///< behind the median: without warm-up
  std::size_t warm_up = 0;  ///< samples cut off at the front
  double median = 0;
  double ci_low = 0;  ///< 99 % order-statistic interval of the median
  double ci_high = 0;
  double min = 0;
  double max = 0;
  double spread = 0;  ///< 1.4826 * MAD / |median|
  bool has_interval = false;
  std::vector<std::string> flags;  ///< unsteady, bimodal, not_converged, correlated
  std::vector<double> values;      ///< in the order drawn, warm-up included
};

/// Draws samples until the interval is narrow enough or a bound is reached. `to_unit` turns the
/// seconds of one call into the value that is summarised (a rate, a latency). What `once` throws
/// passes through.
SampleSummary sample(const Timed& once, const std::function<double(double seconds)>& to_unit,
                     const Sampling& sampling, const Clock& clock = monotonic_seconds);

/// What samples say that are drawn already: all from `counted_from` on count. Throws if there is
/// none or one is not finite.
SampleSummary summarise(std::vector<double> values, std::size_t counted_from,
                        const Sampling& sampling);

}  // namespace plumbline
