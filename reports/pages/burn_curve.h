#pragma once

#include <string>
#include <vector>

namespace plumbline {

/// What one GPU did in each window of what is sustained, in the order of time.
struct BurnCurve {
  std::string host;
  std::string subject;  ///< "gpu3"
  std::string work;     ///< "dtype=bf16"
  std::string unit;
  /// One for each `windows_each` windows: their mean.
  std::vector<double> values;
  std::size_t windows_each = 1;
};

}  // namespace plumbline
