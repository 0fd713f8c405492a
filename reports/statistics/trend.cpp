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

TrendRule weekly(TrendRule rule) {
  rule.slack = rule.weekly_slack;
  rule.alarm = rule.weekly_alarm;
  return rule;
}

}  // namespace

bool ClippedCusum::add(double value) {
  sum_ = std::max(0.0, sum_ - std::clamp(value, -rule_.clip, rule_.clip) - rule_.slack);
  const bool is_alarm = sum_ > rule_.alarm;
  sum_ = std::min(sum_, 2 * rule_.alarm);
  return is_alarm;
}

TrendWatch::TrendWatch(double sigma, const TrendRule& rule)
    : rule_(rule), class_sigma_(sigma), fall_(rule), rise_(rule), weekly_fall_(weekly(rule)) {}

void TrendWatch::learn() {
  since_learned_ = 0;
  base_ = median(accepted_);
  const double runs = static_cast<double>(accepted_.size());
  const double own = sigma_per_mad * median_absolute_deviation(accepted_);
  run_sigma_ = shrunk_sigma(own, runs - 1, class_sigma_);
  // The base is uncertain too: that widens what is noise.
  sigma_ = run_sigma_ * std::sqrt(1 + median_variance / runs);
}

void TrendWatch::begin_with_base() {
  learn();
  first_base_ = base_;
  fall_.reset();
  rise_.reset();
  weekly_fall_.reset();
  pending_.clear();
  risen_.clear();
  week_.clear();
  is_slow_ = false;
}

bool TrendWatch::add_to_week(double value) {
  week_.push_back(value);
  if (week_.size() < rule_.week) return false;
  const double variance = median_variance / static_cast<double>(rule_.week) +
                          median_variance / static_cast<double>(rule_.base);
  const double distance = median(week_) - first_base_;
  week_.clear();
  return weekly_fall_.add(distance / (run_sigma_ * std::sqrt(variance)));
}

void TrendWatch::watch_rise(double value) {
  const bool is_alarm = rise_.add((base_ - value) / sigma_);
  if (rise_.sum() == 0) {
    risen_.clear();
    return;
  }
  // What led to the alarm may be old and new values.
  if (is_alarm || !risen_.empty()) risen_.push_back(value);
  if (risen_.size() < rule_.base) return;
  accepted_ = risen_;
  begin_with_base();
}

void TrendWatch::take_pending() {
  since_learned_ += pending_.size();
  accepted_.insert(accepted_.end(), pending_.begin(), pending_.end());
  pending_.clear();
  if (accepted_.size() > rule_.recent) {
    accepted_.erase(accepted_.begin(), accepted_.end() - static_cast<std::ptrdiff_t>(rule_.recent));
  }
  if (since_learned_ >= learned_every) learn();
}

TrendWatch::State TrendWatch::add(double value) {
  if (!has_base()) {
    accepted_.push_back(value);
    if (!has_base()) return State::learning;
    begin_with_base();
    return State::steady;
  }
  pending_.push_back(value);
  const bool falls = fall_.add((value - base_) / sigma_);
  const bool falls_slowly = add_to_week(value);
  if (falls || falls_slowly) {
    is_slow_ = !falls;
    return State::measure_again;
  }
  watch_rise(value);
  if (fall_.sum() == 0 && rise_.sum() == 0) take_pending();
  return State::steady;
}

double TrendWatch::least() const {
  return std::max(-std::log1p(-rule_.least), rule_.least_in_sigmas * run_sigma_);
}

TrendWatch::Decision TrendWatch::confirm(std::span<const double> fresh) {
  if (fresh.size() < first_look) return Decision::measure_again;
  const bool is_low = median({fresh.begin(), fresh.end()}) < base() - least();
  if (is_low && fresh.size() < last_look) return Decision::measure_again;
  if (is_low) {
    pending_.clear();
    return Decision::regression;
  }
  (is_slow_ ? weekly_fall_ : fall_).reset();
  is_slow_ = false;
  return Decision::steady;
}

void TrendWatch::accept() {
  accepted_.clear();
  is_slow_ = false;
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
