#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/run_directory.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// How a run is judged: by `plumbline-report` beside this program.
struct Judge {
  std::filesystem::path bin;
  bool quiet = false;   ///< what the last judgement prints goes to logs/report.log
  std::string history;  ///< --history of the report; empty: none
};

/// What an accept run came to.
struct Acceptance {
  int exit_code = 0;    ///< the report's verdict, or exit_interrupted
  std::string problem;  ///< why it could not be judged; "" if it was
};

/// Lets plumbline-report judge the run; what it prints goes to logs/report.log, or of the last
/// judgement, which makes the report, to our own output unless the judge is quiet. An exit code
/// that is no verdict comes with a problem.
Acceptance judge_run(const RunDirectory& run, const std::vector<std::string>& baselines,
                     const Judge& judge, bool last, Interruption& interruption);

/// Lets plumbline-report name the hosts that are to be tested again after the rounds of a step on
/// pairs: in run.suspects_of(step). Any exit code but exit_ok and exit_interrupted comes with a
/// problem; what it printed is in logs/STEP.suspects.log.
Acceptance judge_pairs(const RunDirectory& run, const std::vector<std::string>& baselines,
                       const Judge& judge, const std::string& step, Interruption& interruption);

}  // namespace plumbline
