#pragma once

#include <string>
#include <vector>

#include "reports/pages/burn_curve.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// What GPUs sustained over time, from the samples of a run; of what was measured several times the
/// last. Long ones as means of neighbours. None where no samples were kept.
std::vector<BurnCurve> burn_curves(const RunDirectory& run, const std::string& unit);

}  // namespace plumbline
