#pragma once

#include "suites/fleet/stage.h"

namespace plumbline {

/// All that a host does by itself: the suite's steps that need no other host, with the verdict and
/// the looks if the run is an acceptance. What the host has sent before an interruption is
/// continued.
PlannedTask task_on_host(const FleetRecord& record, std::size_t host);

/// One probe on hosts that work together, as ranks in their order. `id` is its task's.
PlannedTask task_together(const FleetRecord& record, const Step& step, const std::string& id,
                          const std::vector<std::size_t>& hosts);

}  // namespace plumbline
