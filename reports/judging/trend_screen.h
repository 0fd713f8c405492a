#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/trend.h"

namespace plumbline {

/// The numbers of trends beside those of statistics/trend.h.
namespace trend {
/// What so many hosts have in common is no fault of one of them; fewer have nothing in common.
inline constexpr std::size_t least_hosts = 8;
/// A regression is dated among so many of the last runs.
inline constexpr std::size_t dated_runs = 200;
/// So many runs in a row at the old level end a regression.
inline constexpr std::size_t recovered_runs = 3;
}  // namespace trend

/// One value of one series in one run.
struct TrendValue {
  std::uint32_t series = 0;
  std::uint32_t run = 0;      ///< counted in order of time
  std::uint32_t attempt = 0;  ///< the first of a run counts, the others are fresh
  std::uint32_t host = 0;     ///< where it was then
  std::uint32_t software = 0;
  double value = 0;  ///< oriented logarithm: lower is worse

  auto operator<=>(const TrendValue&) const = default;
};

/// A change that hosts have in common from one run to the next: one event of the fleet.
struct FleetEvent {
  std::uint32_t run = 0;  ///< the first with the new level
  std::uint32_t software_before = 0, software = 0;
  double shift = 0;  ///< of the logarithm; below 0 is worse
  std::size_t hosts = 0;

  auto operator<=>(const FleetEvent&) const = default;
};

/// From this run on the level of a series is known to be another one, and is its new base.
struct KnownStart {
  static constexpr std::uint32_t every_series = 0xFFFFFFFF;
  std::uint32_t series = every_series;
  std::uint32_t run = 0;

  auto operator<=>(const KnownStart&) const = default;
};

/// A series that is lower than in its past.
struct TrendAlarm {
  std::uint32_t series = 0;
  bool is_regression = false;               ///< confirmed; else fresh runs are asked for
  bool is_slow = false;                     ///< it got worse over weeks
  std::size_t runs = 0;                     ///< since it has this base, the present one included
  std::size_t fresh_runs = 0;               ///< that confirmed it
  std::uint32_t since = 0;                  ///< the first run of these
  std::optional<double> earlier_base;       ///< before a known change in run `since`
  std::optional<std::uint32_t> moved_from;  ///< the host where it was before
  double base = 0;                          ///< what it was, with what is common now
  double sigma = 0;
  double deficit = 0;  ///< of the values since the alarm
  /// When it changed: most likely in run `changed`, else from `first` to `last`.
  std::uint32_t changed = 0, first = 0, last = 0;
  /// How much, as a logarithm, with a 95 % interval.
  double shift = 0, low = 0, high = 0;
};

struct ColumnTrend {
  std::vector<TrendAlarm> alarms;  ///< of series that have a value in the last run, by series
  std::vector<FleetEvent> events;  ///< by run
};

/// Watches the series of a column: one metric of one class of subjects of one instance type.
/// `default_sigma` from run to run holds where the values are too few to tell.
/// With each of `known`, which are in order, its series begins anew.
ColumnTrend watch_column(std::vector<TrendValue> values, double default_sigma,
                         std::span<const KnownStart> known = {});

}  // namespace plumbline
