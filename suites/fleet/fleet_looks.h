#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "results/schema/finding.h"
#include "suites/acceptance/judge.h"
#include "suites/fleet/stage.h"

namespace plumbline {

/// The findings that ask single hosts to measure again, by host: what a comparison of the hosts, or
/// with their past, found and a host by itself cannot know. Not of hosts in `lost`, nor of what
/// hosts measure together.
std::map<std::string, std::vector<Finding>> asked_of_hosts(std::span<const Finding> findings,
                                                           const std::set<std::string>& hosts,
                                                           const std::set<std::string>& lost);

/// Judges a run on many hosts as it stands, and lets hosts measure again what that asks for, as
/// looks of their own (3, 6, 12 runs), until nothing is asked or no look is left. False if it was
/// interrupted.
bool look_again(FleetRecord& record, FleetRunner& runner, const Judge& judge);

}  // namespace plumbline
