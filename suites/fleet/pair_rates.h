#pragma once

#include <span>
#include <string>

#include "suites/fleet/fleet_record.h"
#include "suites/schedule/suspects.h"

namespace plumbline {

/// What a round of pairs came to, for the choice of suspects: of each pair the lowest of its rates
/// in GB/s, each relative to the median of that measurement over the round, so that rails, sizes
/// and directions can be compared; which one that is stands beside it. A pair whose task did not
/// end well, or in which a case failed, has none.
schedule::RoundResults pair_rates(const FleetRecord& record, const schedule::Fleet& fleet,
                                  std::span<const FleetTask> tasks);

}  // namespace plumbline
