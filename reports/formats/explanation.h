#pragma once

#include <span>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// For each finding the rows of its series in a run, in order of time.
std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  const RunDirectory& run);
/// The same among rows that are at hand.
std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  std::span<const Measurement> rows);

/// Why a finding says what it says: rule, numbers, every run, limits, source, and how to repeat it.
std::string explanation(const Finding& f, std::span<const Measurement> rows);

}  // namespace plumbline
