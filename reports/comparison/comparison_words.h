#pragma once

#include <string>

#include "reports/comparison/comparison.h"

namespace plumbline {

/// "WORSE", "BETTER", "SAME", "NOT COMPARABLE", "SAME, BUT NOT ALL WAS MEASURED AGAIN".
std::string comparison_headline(const Comparison& comparison);

/// "2 kinds of measurement worse, 1 better, 40 the same, 3 unclear; 1 series worse for itself".
std::string comparison_summary(const Comparison& comparison);

/// "node-17 gpu3>gpu5 nvlink.write 256 MiB: 396 -> 301.2 GB/s, 23.9 % less (26 to 22 %)".
std::string words_of(const ComparedValue& value);
std::string words_of(const ChangedFact& fact);
std::string words_of(const ChangedSoftware& software);

/// "a", "a and 3 more runs".
std::string names_of_runs(const std::vector<std::string>& runs);

}  // namespace plumbline
