#pragma once

#include <optional>
#include <string>
#include <vector>

namespace plumbline {

/// How a value of one GPU went while all multiplied for long: products, clock, power, temperature.
struct BurnCurve {
  std::string host;
  std::string subject;  ///< "gpu3"
  std::string work;     ///< "dtype=bf16;gpus=all"
  std::string metric;   ///< "gpu_compute.sustained_clock"
  std::string unit;
  double step_s = 0;
  /// Means over steps of that length from the beginning on; none: not known.
  std::vector<std::optional<double>> values;
};

}  // namespace plumbline
