#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "suites/description/task.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// A case that a probe would measure.
struct PlannedCase {
  std::string name;
  double min_seconds = 0;
  double max_seconds = 0;
};

/// What a task would do here, as its probe says.
struct ProbePlan {
  std::vector<PlannedCase> cases;
  std::string problem;  ///< why the probe could not say it; "" if it could

  Seconds min() const;
  Seconds max() const;
};

/// Asks the probe of `task` for its plan; nothing is measured.
ProbePlan plan_of(const Task& task, const std::filesystem::path& bin, Interruption& interruption);

/// The cases of a plan's JSON that `filter` (as --benchmark_filter) lets through. Throws
/// std::runtime_error if it is no plan.
std::vector<PlannedCase> read_probe_plan(const std::string& json, const std::string& filter);

/// The probes there are, by name, sorted.
std::vector<std::string> probe_names(const std::filesystem::path& bin);

}  // namespace plumbline
