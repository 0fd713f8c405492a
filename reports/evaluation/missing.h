#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/series.h"
#include "results/schema/manifest.h"

namespace plumbline {

/// The names of the `count` subjects of a class, if the class says them: gpu -> gpu0 ... gpu7;
/// numa>numa with 4 -> all ordered pairs of numa0 and numa1; gpu>gpu with 56 -> all ordered pairs
/// of different ones of eight.
std::optional<std::vector<std::string>> names_of_class(const std::string& subject_class,
                                                       std::uint64_t count);

/// What the rows of one node say about what has no value.
struct NotMeasured {
  const Series* series = nullptr;
  bool explained = false;  ///< a MISSING finding gives its reason
};

/// What was measured on one node, for the denominator.
struct Coverage {
  /// For each baseline the paths that have a value: sorted, each once.
  std::vector<std::vector<Text>> measured;
  std::vector<NotMeasured> not_measured;
  std::vector<const Series*> failed_tasks;
  std::set<std::string> probes_of_pairs;  ///< that have rows about paths to another host
  std::set<std::string>
      probes_left_out;  ///< of a rehearsal: what is expected of them is not missing
};

/// One MISSING finding for each subject that a gate expects and that has no value, with the reason
/// from the row that was skipped or failed, or from the task that did. Where the names of the
/// missing ones cannot be known, one finding says how many they are.
std::vector<Finding> missing_subjects(const ManifestEntry& node, const Expectations& expectations,
                                      Coverage& coverage);

}  // namespace plumbline
