#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/finding.h"

namespace plumbline {

/// A path between two GPUs, NICs, NUMA nodes or hosts beside what is expected of it: one line of
/// pairs.csv, for a spreadsheet that makes a matrix of them.
struct PathValue {
  std::string id;  ///< of its finding
  Verdict verdict = Verdict::unjudged;
  std::string host;
  std::string instance_type;
  std::string metric;
  std::string subject;
  std::string peer_host;  ///< empty: the same host
  std::string peer;       ///< at the other host, where it is another one
  std::uint64_t bytes = 0;
  Params params;
  std::string unit;
  Better better = Better::exact;
  std::uint64_t runs = 0;
  std::optional<double> value;
  std::optional<double> expected;
  std::optional<double> ratio;  ///< value / expected
  Provenance provenance = Provenance::measured;

  bool operator==(const PathValue&) const = default;
};

extern template ReadReport read_csv<PathValue>(const std::filesystem::path&,
                                               const std::function<void(const PathValue&)>&,
                                               BadRows);

}  // namespace plumbline
