#pragma once

#include <optional>
#include <vector>

#include "results/schema/baseline.h"
#include "suites/simulation/score.h"
#include "suites/simulation/trend_score.h"
#include "suites/simulation/write_runs.h"

namespace plumbline::simulation {

/// A world that was written, judged and held against its truth.
struct ScoredWorld {
  RunDirectory run;  ///< the last one
  LoopEnd loop;      ///< of the last run
  Score score;       ///< of the last run
  /// Whether its rows in another order, over several runs, gave the same findings; nothing: not
  /// tried.
  std::optional<bool> is_permutable;
  std::optional<TrendScore> trends;  ///< of a world of several runs
};

struct ScoreOrder {
  WriteOrder write;
  std::filesystem::path report;  ///< the program plumbline-report
  bool permute = true;
};

/// One run is written, judged, measured again and judged as an acceptance does it. Of a world of
/// several runs every one is, beside those before it as its history, as soon as that is long enough
/// to say something; they are written into a folder of their own, histories/NAME of the results.
ScoredWorld score_world(const SimulatedFleet& fleet, const std::vector<Baseline>& baselines,
                        const ScoreOrder& order);

}  // namespace plumbline::simulation
