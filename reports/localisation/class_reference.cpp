#include "reports/localisation/class_reference.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/statistics/median.h"
#include "reports/statistics/quantile.h"

namespace plumbline::localisation {

namespace {

constexpr double quartile_of_normal = 0.6744897501960817;
constexpr double q95_of_normal = 1.6448536269514722;

/// Where half of the paths are slow, the middle lies among or between the slow and the healthy, and
/// what lies above it is no noise. The uppermost quarter is healthy even then.
constexpr double mixed = 1.5;  // times the noise of that quarter

ClassReference by_upper_quartile(double quartile, double sigma, ReferenceBasis basis) {
  return {quartile - quartile_of_normal * sigma, sigma, basis};
}

}  // namespace

std::optional<ClassReference> reference_of(std::span<const double> logs, const KnownClass& known) {
  if (logs.empty()) return std::nullopt;
  const double sigma = std::max(known.sigma, reference::least_sigma);
  const std::vector<double> values(logs.begin(), logs.end());
  const double quartile = quantile(values, 0.75);
  if (logs.size() >= reference::many) {
    const double scale = upper_scale(logs);
    const double of_quarter =
        std::max(sigma, (quantile(values, 0.95) - quartile) / (q95_of_normal - quartile_of_normal));
    if (scale > mixed * of_quarter) {
      return by_upper_quartile(quartile, of_quarter, ReferenceBasis::upper_quartile);
    }
    return ClassReference{median(values),
                          std::isfinite(scale) ? std::max(scale, reference::least_sigma) : sigma,
                          ReferenceBasis::middle};
  }
  const bool is_few = logs.size() < reference::few;
  if (is_few && known.reference) {
    double reference = std::log(*known.reference);
    if (!known.is_learned) reference = std::min(reference, *std::ranges::max_element(logs));
    return ClassReference{reference, sigma, ReferenceBasis::known};
  }
  return by_upper_quartile(quartile, sigma,
                           is_few ? ReferenceBasis::guessed : ReferenceBasis::upper_quartile);
}

}  // namespace plumbline::localisation
