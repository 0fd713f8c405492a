#pragma once

#include <string>

#include "suites/description/duration.h"
#include "suites/schedule/plan.h"

namespace plumbline::schedule {

/// A plan for a person: its rounds with their pairs and idle nodes, how often each node is tested,
/// and how long it takes if a round takes `per_round`. With `every_pair` the hosts of all
/// pairs and the idle ones too.
std::string plan_text(const Plan& plan, const Fleet& fleet, Seconds per_round, bool every_pair);

}  // namespace plumbline::schedule
