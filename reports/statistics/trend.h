#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumbline {

/// The numbers of the watch over a series of runs.
struct TrendRule {
  double slack = 1;     ///< k: a run adds what lies more than k sigma below the base
  double alarm = 4;     ///< h
  double clip = 3.5;    ///< one run adds at most clip - k, so none raises an alarm alone
  double least = 0.03;  ///< smaller regressions are not told
  /// Nor those below so many sigmas of a run: the median of nine fresh ones beside a base of twenty
  /// has half of one.
  double least_in_sigmas = 2;
  std::size_t base = 20;    ///< runs before anything is said
  std::size_t recent = 50;  ///< accepted runs that the base is made of later
  /// What gets worse so slowly that the base goes with it is seen by medians of so many runs (a
  /// week of nightly ones) beside the first base.
  std::size_t week = 7;
  double weekly_slack = 0.25;
  double weekly_alarm = 8;
};

/// A sum of how far values, in sigmas, lie below 0 (Page's CUSUM, one-sided and clipped). It does
/// not grow beyond twice the alarm, so that it ends a few runs after what it sums up.
class ClippedCusum {
 public:
  explicit ClippedCusum(const TrendRule& rule = {}) : rule_(rule) {}

  /// True if that is an alarm.
  bool add(double value);
  void reset() { sum_ = 0; }
  double sum() const { return sum_; }

 private:
  TrendRule rule_;
  double sum_ = 0;
};

/// Watches one series of oriented logarithms, lower is worse, from which the common mode of its
/// cohort was taken. An alarm asks for fresh runs, which decide. What got better is the new base
/// once it has lasted as many runs as a base takes; until then the old one holds.
class TrendWatch {
 public:
  /// `sigma` of a run from the class of the metric.
  explicit TrendWatch(double sigma, const TrendRule& rule = {});

  enum class State { learning, steady, measure_again };
  State add(double value);

  enum class Decision { measure_again, steady, regression };
  /// All fresh runs so far: three, or nine if three were not enough. After `steady` the watch
  /// begins again; after `regression` it stays as it is until accept().
  Decision confirm(std::span<const double> fresh);

  /// The present level is the new base: a change was accepted, or the software has changed.
  void accept();

  /// False as long as it learns.
  bool has_base() const { return accepted_.size() >= rule_.base; }
  /// What the alarm compares with; without one the base of now.
  double base() const { return is_slow_ ? first_base_ : base_; }
  double sigma() const { return sigma_; }
  /// What the fresh runs must lie below the base, as a logarithm > 0, for a regression.
  double least() const;
  /// True of an alarm about what got worse over weeks.
  bool is_slow() const { return is_slow_; }

 private:
  void learn();
  void begin_with_base();
  bool add_to_week(double value);
  void watch_rise(double value);
  void take_pending();

  TrendRule rule_;
  double class_sigma_;
  ClippedCusum fall_, rise_, weekly_fall_;
  std::vector<double> accepted_;
  std::vector<double> pending_;  ///< may be the beginning of a change, which moves no base
  std::vector<double> risen_;    ///< since an alarm that it is better
  std::vector<double> week_;
  bool is_slow_ = false;
  std::size_t since_learned_ = 0;
  double base_ = 0;
  double first_base_ = 0;  ///< of this segment
  double run_sigma_ = 0;   ///< of one run
  double sigma_ = 0;       ///< of the distance of one run from the base
};

/// What all members of a cohort have in common in one run: the median of their distances from their
/// bases, with its own noise.
struct CommonMode {
  double shift = 0;
  double sigma = 0;
};
CommonMode common_mode(std::span<const double> distances, double sigma_of_run);

/// Whether the common mode changed between two runs: one event of the fleet, and no fault of
/// anyone.
bool is_fleet_event(const CommonMode& before, const CommonMode& now);

}  // namespace plumbline
