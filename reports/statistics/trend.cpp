#include "reports/statistics/trend.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reports/statistics/median.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

constexpr double median_variance = 1.57;  // of a median over that of a mean
constexpr double sigma_of_median = 1.25;
constexpr double least_common_sigma = 0.002;
constexpr double event_in_sigmas = 4;
constexpr std::size_t learned_every = 10;  // accepted runs; a base moves slowly
constexpr std::size_t first_look = 3;
constexpr std::size_t last_look = 9;

}  // namespace

bool ClippedCusum::add(double value) {
  sum_ = std::max(0.0, sum_ - std::clamp(value, -rule_.clip, rule_.clip) - rule_.slack);
  return sum_ > rule_.alarm;
}

void TrendWatch::learn() {
  since_learned_ = 0;
  base_ = median(accepted_);
  const double runs = static_cast<double>(accepted_.size());
  const double own = sigma_per_mad * median_absolute_deviation(accepted_);
  // The base is uncertain too: that widens what is noise.
  sigma_ = shrunk_sigma(own, runs - 1, class_sigma_) * std::sqrt(1 + median_variance / runs);
}

TrendWatch::State TrendWatch::add(double value) {
  if (accepted_.size() < rule_.base) {
    accepted_.push_back(value);
    if (accepted_.size() < rule_.base) return State::learning;
    learn();
    return State::steady;
  }
  if (cusum_.add((value - base_) / sigma_)) return State::measure_again;
  if (cusum_.sum() == 0) {  // what may be the beginning of a change does not move the base
    accepted_.push_back(value);
    if (accepted_.size() > rule_.recent) accepted_.erase(accepted_.begin());
    if (++since_learned_ == learned_every) learn();
  }
  return State::steady;
}

TrendWatch::Decision TrendWatch::confirm(std::span<const double> fresh) {
  if (fresh.size() < first_look) return Decision::measure_again;
  const double limit = base_ + std::log1p(-rule_.least);
  const bool is_low = median({fresh.begin(), fresh.end()}) < limit;
  if (is_low && fresh.size() < last_look) return Decision::measure_again;
  if (is_low) return Decision::regression;
  cusum_.reset();
  return Decision::steady;
}

void TrendWatch::accept() {
  accepted_.clear();
  cusum_.reset();
}

CommonMode common_mode(std::span<const double> distances, double sigma_of_run) {
  if (distances.empty()) return {};
  const double members = static_cast<double>(distances.size());
  return {median({distances.begin(), distances.end()}),
          std::max(least_common_sigma, sigma_of_median * sigma_of_run / std::sqrt(members))};
}

bool is_fleet_event(const CommonMode& before, const CommonMode& now) {
  return std::abs(now.shift - before.shift) > event_in_sigmas * std::max(before.sigma, now.sigma);
}

}  // namespace plumbline
