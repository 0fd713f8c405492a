#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suites/simulation/scored_world.h"

namespace plumbline::simulation {

/// One promised figure, held against what was measured.
struct Promise {
  std::string id;  ///< "P2"
  std::string promised;
  std::string measured;       ///< in words, or why it was not measured
  std::optional<bool> holds;  ///< nothing: this world does not ask it, or no version judges it
};

/// The figures that statistics promise, as this world shows them.
std::vector<Promise> promises_of(const SimulatedFleet& fleet, const ScoredWorld& scored);

/// For people: a line for each promise.
std::string promise_table(const std::vector<Promise>& promises);

/// What the run came to besides: nodes, verdicts, measurements.
std::string score_summary(const ScoredWorld& scored);

/// The same as CSV or JSON, by the name of the file. Throws FileError for another kind of file.
void write_promises(const std::vector<Promise>& promises, const ScoredWorld& scored,
                    const std::filesystem::path& file);

/// True if none of the promises that were asked is broken, and no node's verdict is wrong.
bool all_hold(const std::vector<Promise>& promises, const Score& score);

}  // namespace plumbline::simulation
