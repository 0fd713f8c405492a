#pragma once

#include <string>

#include "results/schema/csv_file.h"

namespace plumbline {

/// A change that somebody knows of and takes as it is: one line of known_changes.csv, which lies
/// beside the runs of a history. What it is about is compared with its level since then.
struct KnownChange {
  std::string run;      ///< the first run with the new level, or a time before it
  std::string host;     ///< where it was then; empty: all
  std::string subject;  ///< empty: all that there is in the host
  std::string metric;   ///< what the name begins with; empty: all
  std::string reason;

  bool operator==(const KnownChange&) const = default;
};

/// The file beside the runs of a history.
inline constexpr const char* known_changes_file = "known_changes.csv";

extern template ReadReport read_csv<KnownChange>(const std::filesystem::path&,
                                                 const std::function<void(const KnownChange&)>&,
                                                 BadRows);

}  // namespace plumbline
