#pragma once

#include "reports/evaluation/series.h"
#include "results/schema/baseline.h"

namespace plumbline {

/// Judges a series that has at least one value; `b` is what is expected of it, or nullptr.
///
/// Before the value is compared: measured and simulated rows are not judged together; a unit or a
/// direction other than the baseline's, and a value above the physical ceiling, are errors of
/// measurement (INCONCLUSIVE, never PASS); another transport than asked for is FAIL. After it: runs
/// that are mostly bimodal or unsteady are judged by their worst samples too; a failed run before a
/// good one is at least a WARN; a run without value after the last good one leaves the measurement
/// MISSING.
Finding judge_series(const Series& series, const Baseline* b);

}  // namespace plumbline
