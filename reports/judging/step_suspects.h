#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/baselines/baseline_store.h"
#include "results/schema/in_order.h"
#include "results/schema/run_directory.h"
#include "results/schema/suspected_node.h"

namespace plumbline {

/// The nodes that are to be measured again with good partners, in the order of the manifest, as far
/// as the rounds tell in which all hosts met in one step on pairs: neither other steps nor what was
/// measured again of suspects counts. Nothing if these rounds have no rate from one host's NIC to
/// another's, which is what can be localised. Throws FileError for files that cannot be read.
std::optional<std::vector<SuspectedNode>> suspects_of_step(std::span<const RunDirectory> runs,
                                                           const std::string& step,
                                                           BaselineStore& baselines,
                                                           std::size_t threads = all_cores());

}  // namespace plumbline
