#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/judging/fleet_rows.h"
#include "reports/judging/software_groups.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// What a subject of a host is: a part that keeps its name wherever it is.
struct PathPart {
  std::uint32_t host = 0;
  std::uint32_t path = 0;
  std::uint32_t part = 0;

  auto operator<=>(const PathPart&) const = default;
};

/// What a run tells a history: its timed values, the software of its hosts, its parts.
struct HistoryRun {
  std::string run;
  TimedColumns table;
  std::vector<Versions> software;          ///< all that there is
  std::vector<std::uint32_t> software_of;  ///< by host
  std::vector<std::string> parts;          ///< UUIDs and serial numbers, of paths both
  std::vector<PathPart> part_of;           ///< in order; of those paths that have any
};

/// Adds to a table what devices.csv and context.csv of its runs say.
HistoryRun history_of(TimedColumns table, std::span<const RunDirectory> runs);

/// Reads a run; from what is kept of it, where that is up to date, else from its tables, of which
/// it keeps something for the next time. Throws FileError for tables that cannot be read.
HistoryRun read_history_run(const RunDirectory& run);

}  // namespace plumbline
