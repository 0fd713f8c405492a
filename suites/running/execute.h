#pragma once

#include <map>

#include "suites/launch/local.h"
#include "suites/running/progress.h"
#include "suites/running/run_record.h"

namespace plumbline {

/// What a run is carried out with.
struct Runner {
  Launch launch;
  Interruption& interruption;
  Progress& progress;
  /// What a task of a step takes, where that is known; grows as tasks end.
  std::map<std::string, Seconds> expected{};
  /// When the last task of a step ended.
  std::map<std::string, std::chrono::steady_clock::time_point> ended{};
  Seconds grace{5};
};

/// Runs the tasks that have not ended, in their order; a task that fails is a row, and the next one
/// runs. False if it was interrupted: then the record can be continued by another call.
bool run_tasks(RunRecord& record, Runner& runner);

/// `plumbline resume`: what has not ended, was killed or was skipped is to be run; what a killed
/// runner left behind is ended first. Returns how many tasks there are to run.
std::size_t take_up_again(RunRecord& record, const std::string& command);

/// `plumbline retry`: the chosen tasks, and only they, are to be run, as a further attempt. What a
/// killed runner left behind is ended first. Returns how many were chosen.
std::size_t plan_retries(RunRecord& record, const std::string& command,
                         const std::function<bool(const TaskState& state)>& chosen);

}  // namespace plumbline
