#pragma once

#include <span>

#include "probes/harness/plan.h"
#include "probes/node/node.h"

namespace plumbline {

/// Every metric of the topology probe.
std::span<const Metric> topology_metrics();

/// Plans the facts of a node: what there is of each kind, and one row per device and property, so
/// that a device that is gone is a row that is gone. Fills devices.csv too.
void plan_topology(Plan& plan, const Node& node);

}  // namespace plumbline
