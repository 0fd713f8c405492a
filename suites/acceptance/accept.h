#pragma once

#include <span>
#include <string>

#include "results/schema/finding.h"
#include "suites/acceptance/judge.h"
#include "suites/running/execute.h"

namespace plumbline {

/// Carries an accept run from where it stands to its verdict: runs the tasks that have not ended,
/// judges, measures again what is undecided (1, 3, 6, 12 runs), judges again ... and reports.
Acceptance accept_run(RunRecord& record, Runner& runner, const Judge& judge);

/// Plans, in a run that has ended, what these findings ask to be measured again: the next look at
/// each, whatever looks there were at others. What it was that asked is beyond this run: a
/// comparison with other hosts. Nothing else is to be run. Returns how many cases.
std::size_t plan_asked_look(RunRecord& record, const std::string& command,
                            std::span<const Finding> findings);

}  // namespace plumbline
