#pragma once

#include <span>
#include <string>
#include <vector>

#include "results/schema/baseline.h"

namespace plumbline {

/// `present` with the rows of `learned` in the place of those about the same thing: of the same
/// metric, size, params and class of subjects. Rows that nothing was learned about stay.
std::vector<Baseline> revised(std::span<const Baseline> present, std::span<const Baseline> learned);

/// What changes from one set of rows to another.
struct BaselineChange {
  const Baseline* before = nullptr;  ///< nullptr: added
  const Baseline* after = nullptr;   ///< nullptr: removed
};
/// Rows that expect the same, whatever their source says, are no change.
std::vector<BaselineChange> changes(std::span<const Baseline> before,
                                    std::span<const Baseline> after);

/// "~ host_memory.triad of numa0>numa0: 14.1 GB/s -> 14.3 GB/s (+1.4 %), low -0.18 -> -0.12".
std::string describe_change(const BaselineChange& change);

/// In the order in which a person reads them: by metric, subject, params and size.
void sort_rows(std::vector<Baseline>& rows);

}  // namespace plumbline
