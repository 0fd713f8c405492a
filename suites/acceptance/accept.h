#pragma once

#include "suites/running/execute.h"

namespace plumbline {

/// How a run is judged: by `plumbline-report` beside this program.
struct Judge {
  std::filesystem::path bin;
  bool quiet = false;  ///< what the last judgement prints goes to logs/report.log
};

/// What an accept run came to.
struct Acceptance {
  int exit_code = 0;    ///< the report's verdict, or exit_interrupted
  std::string problem;  ///< why it could not be judged; "" if it was
};

/// Carries an accept run from where it stands to its verdict: runs the tasks that have not ended,
/// judges, measures again what is undecided (1, 3, 6, 12 runs), judges again ... and reports.
Acceptance accept_run(RunRecord& record, Runner& runner, const Judge& judge);

}  // namespace plumbline
