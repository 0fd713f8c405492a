#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "results/schema/finding.h"
#include "results/schema/run_directory.h"
#include "suites/simulation/series_places.h"
#include "suites/simulation/simulated_fleet.h"

namespace plumbline::simulation {

/// A report says nothing of a part's past before it has so many runs of it.
inline constexpr std::uint64_t runs_before_trends = 20;

/// What the reports of the runs of a world said of parts beside their own past, held against what
/// really changed. A series is one measurement of one part, wherever the part is.
struct TrendScore {
  std::uint64_t judged_runs = 0;
  std::uint64_t series_runs = 0;  ///< series times the runs in which their past was looked at
  std::uint64_t steps = 0;        ///< sudden, of at least 5 %, with four runs to be told in
  std::uint64_t steps_within_three = 0, steps_within_four = 0, steps_told = 0;
  std::uint64_t runs_to_tell = 0;             ///< of all steps that were told together
  std::uint64_t drifts = 0, drifts_told = 0;  ///< those that reached 5 % in the end
  std::uint64_t told_elsewhere = 0;           ///< after the part had moved
  std::uint64_t false_alarms = 0;             ///< of series that did not change
  std::uint64_t dated = 0;                    ///< steps that were told with a date
  std::uint64_t dated_within_one = 0;         ///< at most one run wrong
  std::uint64_t dated_in_interval = 0;        ///< the interval has the true run inside
  std::uint64_t events = 0;                   ///< runs in which the whole fleet changed
  std::uint64_t events_told = 0;              ///< of them told once
  std::uint64_t events_false = 0;             ///< told, and not so or more than once
};

/// Reads the reports of one run after the other.
class TrendScoring {
 public:
  explicit TrendScoring(const SimulatedFleet& fleet);

  /// A run was written and judged with those before it as its history; not every run need be.
  void look_at(std::uint64_t run, const RunDirectory& directory);
  /// A run was written and is history only.
  void skip(std::uint64_t run, const RunDirectory& directory);

  TrendScore finish() const;

 private:
  /// A series of a part that gets slower.
  struct Change {
    const FaultRule* rule = nullptr;
    double severity = 0;                ///< in the end
    std::optional<std::uint64_t> told;  ///< the first run whose report says so
    bool told_elsewhere = false;
    std::optional<std::uint64_t> dated, first, last;  ///< what that report says
  };

  /// A series by the home of its part.
  SeriesPlace part_at(const SeriesPlace& place, std::uint64_t run) const;
  void take(const Finding& f, std::uint64_t run, const SeriesPlace& place);
  void read_events(const RunDirectory& directory);
  std::optional<std::uint64_t> run_of(const std::string& name) const;

  const SimulatedFleet& fleet_;
  SeriesPlaces places_;
  std::size_t timed_series_ = 0;
  std::map<SeriesPlace, Change> changes_;  ///< by the home of the part
  std::unordered_map<std::string, std::uint64_t> runs_;
  std::map<SeriesPlace, std::uint64_t> false_until_;  ///< the last run that said so
  std::map<std::uint64_t, std::uint64_t> events_;     ///< how often the last report tells each
  TrendScore score_;
};

}  // namespace plumbline::simulation
