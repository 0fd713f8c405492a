#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/run_directory.h"
#include "suites/simulation/run_writer.h"

namespace plumbline::simulation {

/// The step of the shipped suites that measures pairs: names the rounds.
inline constexpr const char* step_of_pairs = "efa_pairs";

/// Where runs go and how they are written.
struct WriteOrder {
  std::filesystem::path results;
  std::string run_name;  ///< empty: by time and world
  unsigned threads = 1;
};

/// What was written: the runs of a world, oldest first.
struct WrittenRuns {
  std::vector<RunDirectory> directories;
  std::uint64_t rows = 0;
  double seconds = 0;
  std::string report_command;
};

/// All rounds of pairs that every node takes part in.
std::vector<schedule::Round> rounds_of(const SimulatedFleet& fleet, std::uint64_t run);

/// The folder of run `run`; it must not be there yet.
RunDirectory make_directory(const SimulatedFleet& fleet, const WriteOrder& order,
                            std::uint64_t run);

/// One run up to where a report would be asked.
void write_run(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
               RunWriter& writer);

WrittenRuns write_runs(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
                       const WriteOrder& order);

}  // namespace plumbline::simulation
