#pragma once

#include <optional>
#include <span>
#include <vector>

#include "suites/acceptance/judge.h"
#include "suites/fleet/stage.h"
#include "suites/schedule/suspects.h"

namespace plumbline {

/// The rounds of a step on pairs that every host takes part in, and what came of them.
struct MeasuredRounds {
  std::span<const schedule::Round> rounds;
  std::span<const schedule::RoundResults> results;  ///< of each
  std::span<const FleetTask> tasks;                 ///< of all of them, as they ended last
};

/// Who is tested again after these rounds, and who is good. It is the run's order that says it,
/// else plumbline-report with all that was measured in them, else, where that cannot, the
/// schedule's rule. What was said is in the journal and holds until other pairs of these rounds
/// have been measured, so that a run that is continued makes the same tests. A host that was lost
/// failed for that, and is not found suspect. Nothing if it was interrupted.
std::optional<schedule::Standing> choose_suspects(FleetRecord& record, FleetRunner& runner,
                                                  const Judge& judge, const Step& step,
                                                  const schedule::Fleet& fleet,
                                                  const MeasuredRounds& measured);

}  // namespace plumbline
