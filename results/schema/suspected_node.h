#pragma once

#include <string>

#include "results/schema/csv_file.h"

namespace plumbline {

/// A node that is to be tested again against partners that never failed: one line of suspects.csv.
struct SuspectedNode {
  std::string host;
  std::string reason;

  bool operator==(const SuspectedNode&) const = default;
};

extern template ReadReport read_csv<SuspectedNode>(const std::filesystem::path&,
                                                   const std::function<void(const SuspectedNode&)>&,
                                                   BadRows);

}  // namespace plumbline
