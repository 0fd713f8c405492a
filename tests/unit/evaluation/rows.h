#pragma once

#include <string>
#include <vector>

#include "reports/evaluation/node.h"
#include "results/schema/baseline.h"
#include "results/schema/manifest.h"
#include "results/schema/measurement.h"

namespace plumbline::testing {

/// A measured bandwidth of numa0>numa0, 60 samples with a narrow interval.
Measurement triad(double gb_per_s);
/// The same row as a later run of the suite.
Measurement again(Measurement m, int minutes_later, double gb_per_s);
Measurement failed(Measurement m, const std::string& reason);
Measurement skipped(Measurement m, const std::string& reason);
/// topology.gpus of the node.
Measurement gpus(double count);
Measurement text_fact(const std::string& metric, const std::string& text);
/// The row of the runner about a task of host_memory.
Measurement task(int minutes_later, const std::string& failure);

/// Triad of numa0>numa0: 100 GB/s, 5 % less is allowed.
Baseline expected_triad();
Baseline expected_gpus();

const ManifestEntry node_a = {"node-a", "m7i.large", "", "", "", "", "", ""};

/// node_a by its rows.
NodeEvaluation judge(std::vector<Measurement> rows, std::vector<Baseline> baselines);

}  // namespace plumbline::testing
