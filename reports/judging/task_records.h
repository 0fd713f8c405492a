#pragma once

#include "reports/pages/evidence.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// Of the tasks that went well so many are listed, and of the others; all are counted.
inline constexpr std::size_t most_good_tasks = 400;
inline constexpr std::size_t most_bad_tasks = 2000;

/// When `run` was made and what became of its tasks, as its journal tells.
void read_tasks(const RunDirectory& directory, ReportedRun& run, Evidence& evidence);

}  // namespace plumbline
