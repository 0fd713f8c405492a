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

/// Ends what is left of tasks whose runner was killed, and takes up again what was killed or
/// skipped: `plumbline resume`. Returns how many tasks there are to run.
std::size_t take_up_again(RunRecord& record, Progress& progress);

/// Plans a further attempt of tasks: `plumbline retry`. Returns how many.
std::size_t plan_retries(RunRecord& record,
                         const std::function<bool(const TaskState& state)>& chosen);

}  // namespace plumbline
