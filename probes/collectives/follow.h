#pragma once

#include "probes/collectives/part.h"
#include "probes/world/follower.h"

namespace plumbline::collectives {

/// What a host other than that of rank 0 does: its part in each step that rank 0 orders, until it
/// is told to end. Returns an exit code; throws RankLost when rank 0 is gone.
int follow(Follower follower, Part part);

}  // namespace plumbline::collectives
