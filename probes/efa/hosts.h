#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/efa/crew.h"
#include "probes/efa/rail.h"
#include "probes/world/leader.h"
#include "probes/world/place.h"

namespace plumbline::efa {

/// What the ranks should have in common.
Participant participant_of(const HostRails& rails);

/// Hosts that came together: their rails by rank, and a crew over all of them.
struct Gathered {
  std::vector<HostRails> hosts;
  std::unique_ptr<Crew> crew;
  std::vector<std::string> differences;  ///< between their software: a sentence each
};

/// As rank 0: waits for all and asks each for its rails. Throws RendezvousError and RankLost that
/// name who did not come.
Gathered gather(const Place& place, const HostRails& own);

/// As many hosts as there would be, all with these rails: for a plan that is only shown.
std::vector<HostRails> imagined(const Place& place, const HostRails& own);

}  // namespace plumbline::efa
