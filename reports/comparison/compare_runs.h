#pragma once

#include <span>

#include "reports/baselines/baseline_store.h"
#include "reports/comparison/comparison.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// Compares what two sets of runs measured, host by host; of hosts that are in one of them alone
/// only as fleets, and only if no host is in both. What is told to have changed did so beyond the
/// noise of the metric from run to run, with few false ones among them (Benjamini and Hochberg).
/// A series that changed as its group did is not told again. Throws FileError for files that cannot
/// be read, and if a run is on both sides.
Comparison compare_runs(std::span<const RunDirectory> before, std::span<const RunDirectory> after,
                        BaselineStore& baselines);

/// Which software differs, by context.csv.
std::vector<ChangedSoftware> compare_software(std::span<const RunDirectory> before,
                                              std::span<const RunDirectory> after);

}  // namespace plumbline
