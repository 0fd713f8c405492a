#include "reports/evaluation/noise.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/statistics/normal.h"

namespace plumbline {
namespace {

struct FamilyNoise {
  std::string_view family;
  double rate;     ///< sigma of a metric of which more is better
  double latency;  ///< of which less is better
};

constexpr std::array family_noise = {
    FamilyNoise{"host_memory", 0.03, 0.05}, FamilyNoise{"host_link", 0.005, 0.02},
    FamilyNoise{"gpu_memory", 0.005, 0.01}, FamilyNoise{"gpu_compute", 0.01, 0.01},
    FamilyNoise{"nvlink", 0.005, 0.01},     FamilyNoise{"collectives", 0.01, 0.02},
    FamilyNoise{"efa", 0.015, 0.03},
};
constexpr FamilyNoise other_family{"", 0.03, 0.05};

/// The variance of a median is pi/2 times that of a mean.
constexpr double median_variance = 1.57;

bool one_state_of_several(const Measurement& m) {
  return std::any_of(m.flags.begin(), m.flags.end(), [](const std::string& flag) {
    return flag == "unsteady" || flag == "bimodal";
  });
}

}  // namespace

std::string_view family_of(std::string_view metric) { return metric.substr(0, metric.find('.')); }

double default_spread(std::string_view metric, Better better) {
  const auto found = std::find_if(family_noise.begin(), family_noise.end(), [&](const auto& entry) {
    return entry.family == family_of(metric);
  });
  const FamilyNoise& noise = found == family_noise.end() ? other_family : *found;
  return better == Better::lower ? noise.latency : noise.rate;
}

double variance_within(const Measurement& m, double spread) {
  static const double z99 = normal_upper_quantile(0.005);
  const double samples = static_cast<double>(std::max<std::uint64_t>(m.samples, 1));
  double variance = -1;
  if (m.spread) {
    const double count = one_state_of_several(m) ? 1 : samples;
    variance = median_variance * *m.spread * *m.spread / count;
  }
  if (m.ci_low && m.ci_high && m.median && *m.median != 0) {
    const double half_width = (*m.ci_high - *m.ci_low) / 2 / std::abs(*m.median) / z99;
    variance = std::max(variance, half_width * half_width);
  }
  return variance >= 0 ? variance : spread * spread;
}

}  // namespace plumbline
