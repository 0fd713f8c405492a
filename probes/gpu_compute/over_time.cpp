#include "probes/gpu_compute/over_time.h"

#include <algorithm>
#include <cmath>

namespace plumbline::gpu_compute {
namespace {

constexpr double most_steps = 64;

double step_for(double seconds) {
  const double unit = seconds < 6 ? 0.2 : 1;
  return unit * std::max(1.0, std::ceil(seconds / unit / most_steps));
}

}  // namespace

OverTime means_over_time(std::span<const Stretch> stretches, double seconds) {
  const double step = step_for(seconds);
  const auto steps = static_cast<std::size_t>(std::max(1.0, std::ceil(seconds / step - 1e-9)));
  std::vector<double> areas(steps), known(steps);
  for (const Stretch& stretch : stretches) {
    const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(stretch.from / step)));
    for (std::size_t i = first; i < steps; ++i) {
      const double begin = static_cast<double>(i) * step;
      if (begin >= stretch.to) break;
      const double part = std::min(stretch.to, begin + step) - std::max(stretch.from, begin);
      areas[i] += part * stretch.value;
      known[i] += part;
    }
  }
  OverTime over_time{step, {}};
  for (std::size_t i = 0; i < steps; ++i) {
    const bool is_known = known[i] >= step / 2;
    over_time.means.push_back(is_known ? std::optional(areas[i] / known[i]) : std::nullopt);
  }
  if (std::ranges::none_of(over_time.means, [](const auto& mean) { return mean.has_value(); })) {
    return {};
  }
  return over_time;
}

}  // namespace plumbline::gpu_compute
