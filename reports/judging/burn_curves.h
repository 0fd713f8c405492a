#pragma once

#include <span>
#include <vector>

#include "reports/pages/burn_curve.h"
#include "results/schema/metric_meaning.h"
#include "results/schema/run_directory.h"

namespace plumbline {

/// How what GPUs sustained went over time, with clock, power and temperature, as far as the run
/// kept it; of what was measured several times the last. `metrics` say the units.
std::vector<BurnCurve> burn_curves(const RunDirectory& run, std::span<const MetricMeaning> metrics);

}  // namespace plumbline
