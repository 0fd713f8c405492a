#pragma once

#include <span>

#include "reports/evaluation/node.h"

namespace plumbline {

/// Looks for what makes copies between the GPUs of a node slow, in each kind of copy over NVLink
/// that was measured for many pairs, and adds a finding for each culprit: FAIL if one of its paths
/// fails, else WARN. What cannot be told apart is WARN and says so. The findings of its paths say
/// what explains them. A path is held against its learned baseline, else against the other paths of
/// the node. The verdict of the node is left to node_verdict().
void find_gpu_culprits(const ManifestEntry& node, std::span<const Measurement> rows,
                       std::vector<Finding>& findings);

}  // namespace plumbline
