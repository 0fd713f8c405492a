#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suites/launch/interruption.h"

namespace plumbline::simulation {

/// What one call of plumbline-report came to.
struct ReportEnd {
  int exit_code = 0;
  double seconds = 0;
  double cpu_s = 0;     ///< of all its threads, as /proc said it while it ran
  double peak_mib = 0;  ///< largest resident set, as /proc said it while it ran
};

/// Runs a report to its end, what it prints goes to `log`. Throws std::runtime_error if it did not
/// end by itself, or with an exit code that is no verdict.
ReportEnd run_report(const std::vector<std::string>& command, const std::filesystem::path& log,
                     Interruption& interruption);

}  // namespace plumbline::simulation
