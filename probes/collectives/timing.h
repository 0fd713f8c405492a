#pragma once

#include <memory>
#include <vector>

#include "probes/collectives/group.h"
#include "probes/harness/plan.h"

namespace plumbline::collectives {

/// The operation, timed by the host's clock around some rounds of it, launches included; of several
/// hosts the slowest one's time. The result of the last round is verified. Skips what the GPUs'
/// free memory or the library does not allow.
Prepared prepare_rate(const std::shared_ptr<Group>& group, const Task& task);

/// The smallest all_reduce, for its result.
void look_at_results(Group& group);

/// How long single rounds take, one behind the other, by the GPUs' events: of each round the
/// slowest rank's time. In seconds, sorted.
std::vector<double> round_times(Group& group, const Task& task);

}  // namespace plumbline::collectives
