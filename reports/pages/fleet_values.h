#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/measurement.h"
#include "results/schema/params.h"

namespace plumbline {

/// One thing that each node measures, and what it measured: a column of FleetValues.
struct ValueSeries {
  std::string instance_type;
  std::string metric;
  std::string subject;  ///< as in findings.csv; empty in worst_of_metric
  std::string peer;
  std::uint64_t bytes = 0;
  Params params;
  std::string unit;
  Better better = Better::higher;
  /// What a node should have, and its limits, in `unit`; NaN where there is none.
  double expected = 0;
  double low = 0;
  double high = 0;
  std::vector<float> values;  ///< one for each of Evidence::nodes; NaN where there is none

  /// What a value is compared with: what is expected, or the median of the values.
  double reference() const;
};

/// What all nodes measured, as a matrix of series by nodes. Of very many nodes not every value is
/// kept but the worst of each metric.
struct FleetValues {
  std::vector<ValueSeries> series;  ///< in reading order: by metric, subject and size
  /// True: a value is that of the metric's finding that is furthest below what is expected, as a
  /// share of it (0.8: 20 % worse); a series is a metric and has no subject.
  bool worst_of_metric = false;
};

}  // namespace plumbline
