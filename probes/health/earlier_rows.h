#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "probes/harness/plan.h"
#include "results/schema/measurement.h"

namespace plumbline::health {

/// What this probe found last in a run, for a later look to compare with.
class EarlierRows {
 public:
  EarlierRows() = default;
  /// Reads the rows of the probe `health` in a run's folder, or in one file of measurements; those
  /// that `task` wrote itself are left out, so that a task that is begun again does not compare
  /// with itself. Throws FileError for a file that is named and cannot be read.
  EarlierRows(const std::filesystem::path& place, const std::string& task);

  bool empty() const { return rows_.empty(); }
  const Measurement* find(const Metric& metric, const Work& work) const;

 private:
  std::map<std::string, Measurement> rows_;  ///< by case
};

/// How much a counter grew since an earlier row, with a note that says from what to what, and since
/// which task. Throws Skip if the row has no value, and std::runtime_error if the counter fell:
/// then it was reset meanwhile, and what happened is not known.
Fact growth(const Measurement& before, double now, const std::string& note);

}  // namespace plumbline::health
