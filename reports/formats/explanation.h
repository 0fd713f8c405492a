#pragma once

#include <span>
#include <string>

#include "results/schema/finding.h"

namespace plumbline {

/// Why a finding says what it says: rule, numbers, every row behind it, limits, source, and how to
/// measure it again. `rows` are those of rows_behind(), `run` the name of the run.
std::string explanation(const Finding& f, std::span<const Measurement> rows,
                        const std::string& run);

}  // namespace plumbline
