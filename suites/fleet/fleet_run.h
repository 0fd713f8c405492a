#pragma once

#include "suites/acceptance/judge.h"
#include "suites/fleet/stage.h"

namespace plumbline {

/// Carries a run on many hosts from where it stands to its end: each host by itself, then the
/// suite's steps on pairs in rounds and on groups, with those hosts that are still there. Suspects
/// of the pairs, whom the judge names, are tested again with good partners. Then the
/// tables of the run are made of what all hosts sent. False if it was interrupted.
bool run_fleet(FleetRecord& record, FleetRunner& runner, const Judge& judge);

}  // namespace plumbline
