#pragma once

#include "suites/acceptance/judge.h"
#include "suites/running/execute.h"

namespace plumbline {

/// Carries an accept run from where it stands to its verdict: runs the tasks that have not ended,
/// judges, measures again what is undecided (1, 3, 6, 12 runs), judges again ... and reports.
Acceptance accept_run(RunRecord& record, Runner& runner, const Judge& judge);

}  // namespace plumbline
