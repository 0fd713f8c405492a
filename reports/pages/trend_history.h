#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/measurement.h"
#include "results/schema/params.h"

namespace plumbline {

/// What one series was in each run of a history.
struct TrendSeries {
  std::string host;     ///< where it is now; empty: of the whole fleet, and a value is the median
  std::string subject;  ///< with its peer; of the fleet its class
  std::string metric;
  std::uint64_t bytes = 0;
  Params params;
  std::string unit;
  std::vector<double> values;  ///< one for each of TrendHistory::runs; NaN where there is none
  std::optional<double> base;  ///< the level that it had
  bool is_regression = false;  ///< confirmed by fresh runs
  std::optional<std::size_t> changed;  ///< most likely in this run
  std::string part;                    ///< UUID or serial number
  std::string moved_from;              ///< the host where it was before
};

/// A change that the fleet has in common: what happened, and in which run.
struct FleetChange {
  std::size_t run = 0;
  std::string text;
};

/// How the judged runs stand beside earlier ones; without a history there are no runs.
struct TrendHistory {
  std::vector<std::string> runs;  ///< the oldest first, the judged one last
  std::vector<TrendSeries> series;
  std::vector<FleetChange> changes;
  std::size_t left_out = 0;  ///< series that are lower than in their past and do not stand here
};

}  // namespace plumbline
