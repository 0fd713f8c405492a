#include "reports/localisation/resolution.h"

#include <algorithm>
#include <cmath>

namespace plumbline::localisation {
namespace {

constexpr double gate_in_sigmas = 4.5;
constexpr double least_in_sigmas = 3.5;
constexpr double least_gate = 0.015;

}  // namespace

Resolution resolution_of(double sigma_paths, double sigma_nodes, std::size_t measurements) {
  const double count = static_cast<double>(measurements);
  const double gate = std::max(
      least_gate,
      gate_in_sigmas * std::sqrt(sigma_nodes * sigma_nodes + sigma_paths * sigma_paths / count));
  return {gate, gate + least_in_sigmas * sigma_paths / std::sqrt(count)};
}

std::size_t measurements_for(double least, double gate, double sigma_paths) {
  if (least <= gate) return 0;
  const double root = least_in_sigmas * sigma_paths / (least - gate);
  return static_cast<std::size_t>(std::max(1.0, std::ceil(root * root)));
}

}  // namespace plumbline::localisation
