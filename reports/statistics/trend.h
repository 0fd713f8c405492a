#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumbline {

/// The numbers of the watch over a series of runs.
struct TrendRule {
  double slack = 1;         ///< k: a run adds what lies more than k sigma below the base
  double alarm = 4;         ///< h
  double clip = 3.5;        ///< one run adds at most clip - k, so none raises an alarm alone
  double least = 0.03;      ///< smaller regressions are not told
  std::size_t base = 20;    ///< runs before anything is said
  std::size_t recent = 50;  ///< accepted runs that the base is made of later
};

/// A sum of how far values, in sigmas, lie below 0 (Page's CUSUM, one-sided and clipped).
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
/// cohort was taken. An alarm asks for fresh runs, which decide.
class TrendWatch {
 public:
  /// `sigma` of a run from the class of the metric.
  explicit TrendWatch(double sigma, const TrendRule& rule = {})
      : rule_(rule), class_sigma_(sigma), cusum_(rule) {}

  enum class State { learning, steady, measure_again };
  State add(double value);

  enum class Decision { measure_again, steady, regression };
  /// All fresh runs so far: three, or nine if three were not enough. After `steady` the watch
  /// begins again; after `regression` it stays as it is until accept().
  Decision confirm(std::span<const double> fresh);

  /// The present level is the new base: a change was accepted, or the software has changed.
  void accept();

  double base() const { return base_; }
  double sigma() const { return sigma_; }

 private:
  void learn();

  TrendRule rule_;
  double class_sigma_;
  ClippedCusum cusum_;
  std::vector<double> accepted_;
  std::size_t since_learned_ = 0;
  double base_ = 0;
  double sigma_ = 0;
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
