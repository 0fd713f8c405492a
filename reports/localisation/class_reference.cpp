#include "reports/localisation/class_reference.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/statistics/median.h"
#include "reports/statistics/quantile.h"

namespace plumbline::localisation {

std::optional<ClassReference> reference_of(std::span<const double> logs, const KnownClass& known) {
  if (logs.empty()) return std::nullopt;
  const double sigma = std::max(known.sigma, reference::least_sigma);
  if (logs.size() >= reference::many) {
    const double scale = upper_scale(logs);
    return ClassReference{median({logs.begin(), logs.end()}),
                          std::isfinite(scale) ? std::max(scale, reference::least_sigma) : sigma,
                          ReferenceBasis::middle};
  }
  const bool is_few = logs.size() < reference::few;
  if (is_few && known.reference) {
    double reference = std::log(*known.reference);
    if (!known.is_learned) reference = std::min(reference, *std::ranges::max_element(logs));
    return ClassReference{reference, sigma, ReferenceBasis::known};
  }
  constexpr double quartile_of_normal = 0.6744897501960817;
  return ClassReference{quantile({logs.begin(), logs.end()}, 0.75) - quartile_of_normal * sigma,
                        sigma, is_few ? ReferenceBasis::guessed : ReferenceBasis::upper_quartile};
}

}  // namespace plumbline::localisation
