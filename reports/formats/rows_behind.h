#pragma once

#include <span>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// For each finding the rows that it was judged from. Of a finding about a series its repetitions,
/// in order of time. Of a culprit the paths that cross it, the slowest first. Of what is missing
/// the tasks that failed instead, and what else of its metric failed. Of a node as a whole the rows
/// that contradict it.
std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  const RunDirectory& run);

/// The same among rows that are at hand. Where a leaf of the network begins is not known then.
std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  std::span<const Measurement> rows);

/// True if the rows are no repetitions of one series, so that each needs its name.
bool has_rows_of_others(const Finding& f);

}  // namespace plumbline
