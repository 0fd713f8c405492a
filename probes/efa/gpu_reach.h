#pragma once

#include <memory>
#include <vector>

#include "probes/efa/bench.h"
#include "probes/efa/rail.h"

namespace plumbline::efa {

/// A row for each rail of EFA: whether its device reaches the memory of its GPU by itself.
void plan_peer_to_peer(Plan& plan, const std::shared_ptr<Bench>& bench,
                       const std::vector<HostRails>& hosts);

}  // namespace plumbline::efa
