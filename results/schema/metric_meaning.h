#pragma once

#include <string>

#include "results/schema/csv_file.h"
#include "results/schema/measurement.h"

namespace plumbline {

/// What a metric counts, as its probe describes it (--describe): one line of metrics.csv.
struct MetricMeaning {
  std::string metric;
  std::string unit;
  Better better = Better::exact;
  std::string meaning;  ///< one sentence

  bool operator==(const MetricMeaning&) const = default;
};

extern template ReadReport read_csv<MetricMeaning>(const std::filesystem::path&,
                                                   const std::function<void(const MetricMeaning&)>&,
                                                   BadRows);

}  // namespace plumbline
