#pragma once

#include <filesystem>

#include "probes/efa/rail.h"
#include "probes/world/follower.h"

namespace plumbline::efa {

/// What a rank other than 0 does: tells which rails it has, hosts the workers that rank 0 asks for
/// and passes on what is said, until it is told to end. Returns an exit code; throws RankLost when
/// rank 0 is gone.
int follow(Follower follower, const HostRails& rails, const std::filesystem::path& program);

}  // namespace plumbline::efa
