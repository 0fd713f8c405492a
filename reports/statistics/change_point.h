#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace plumbline {

/// How different two samples are: the energy statistic Q of E-divisive (Matteson and James 2014),
///   2/(n+m) sum|x-y| - 2m/((n+m)(n-1)) sum|x-x'| - 2n/((n+m)(m-1)) sum|y-y'|.
/// A group of one has no inner distances.
double energy_distance(std::span<const double> x, std::span<const double> y);

/// Where a series most likely changed: the index of the first value of the new regime, and the
/// first and last index that are nearly as likely (Q of at least 0.9 of the greatest).
struct ChangePoint {
  std::size_t index = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  double q = 0;
};

/// Dates a change that is known to be there; p values of such statistics are not calibrated, so
/// this never says that there is one. Nothing of fewer than two values.
std::optional<ChangePoint> date_change(std::span<const double> series);

/// How much lower or higher: the Hodges-Lehmann shift, which is the median of all differences y -
/// x, and its 95 % interval by the normal approximation of Wilcoxon's distribution. Nothing if
/// either is empty.
struct Shift {
  double shift = 0;
  double low = 0;
  double high = 0;
};
std::optional<Shift> shift_between(std::span<const double> x, std::span<const double> y);

}  // namespace plumbline
