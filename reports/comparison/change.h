#pragma once

#include <span>

#include "reports/evaluation/timed_rule.h"
#include "results/schema/compared_value.h"

namespace plumbline {

/// When two values are told to be different.
namespace comparison {
inline constexpr double confidence_z = 2.5758;     ///< of the intervals: 99 %
inline constexpr double false_discoveries = 0.01;  ///< among all that is told to have changed
inline constexpr double least = 0.005;             ///< smaller changes matter to nobody
inline constexpr double seen = 0.05;               ///< what must be visible to say "same"
}  // namespace comparison

/// A difference of logarithms, after minus before, with its standard error.
struct Change {
  double before = 0;
  double after = 0;
  double shift = 0;
  double error = 0;

  double p() const { return p_of(shift); }
  /// Of "the change is not more than by chance", had the shift been this.
  double p_of(double of_shift) const;
};

/// One series: the medians of its runs. Its noise is that from run to run, as known of the metric
/// or as these runs show it if that is more, and within a run. All values are > 0, none is empty.
Change change_of_series(std::span<const RunValue> before, std::span<const RunValue> after,
                        double spread);

/// The same measurement on several hosts, each with its own change: their median. What the hosts
/// have in common is not noise; how much they differ is.
Change change_of_hosts(std::span<const Change> hosts);

/// Two fleets without a host in common, as logarithms of their hosts' values: the Hodges-Lehmann
/// shift. `sigma` is the noise of one host's value.
Change change_of_fleets(std::span<const double> before, std::span<const double> after,
                        double sigma);

/// `significant`: after correction for the many comparisons.
ChangeVerdict verdict_of(const Change& change, Better better, bool significant);

}  // namespace plumbline
