#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/csv_file.h"

namespace plumbline {

/// How a value went while what its row measured went on: one line of courses.csv.
struct Course {
  std::string host;
  std::string case_name;
  std::string metric;
  std::uint64_t attempt = 1;
  double step_s =
      0;  ///< seconds that each value stands for, one after the other from the beginning
  /// Means over the steps, in the metric's unit; none: not known.
  std::vector<std::optional<double>> values;

  bool operator==(const Course&) const = default;
};

extern template ReadReport read_csv<Course>(const std::filesystem::path&,
                                            const std::function<void(const Course&)>&, BadRows);

}  // namespace plumbline
