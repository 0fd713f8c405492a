#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/csv_file.h"

namespace plumbline {

/// What is really wrong in a simulated run: one line of truth.csv. No report reads it; a score
/// holds the report's findings against it.
struct TrueFault {
  std::string host;                ///< as in the manifest; of a fault of the network the leaf
  std::string kind;                ///< as in the world: slow, nic, gpu_sending, leaf, hang ...
  std::string subject;             ///< gpu3, rdmap79s0, node, leaf
  std::string peer;                ///< of a pair of GPUs the other one; of a leaf's rail rail3
  std::string metric;              ///< what its name begins with; empty where the kind says it
  std::optional<double> severity;  ///< relative: 0.2 takes 20 % away; empty: it is no rate
  std::string value;               ///< of a wrong fact: what is found instead

  bool operator==(const TrueFault&) const = default;
};

extern template ReadReport read_csv<TrueFault>(const std::filesystem::path&,
                                               const std::function<void(const TrueFault&)>&,
                                               BadRows);

}  // namespace plumbline
