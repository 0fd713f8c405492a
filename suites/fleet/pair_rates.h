#pragma once

#include <span>
#include <string>

#include "results/schema/measurement.h"
#include "suites/fleet/fleet_record.h"
#include "suites/schedule/suspects.h"

namespace plumbline {

/// Whether a row counts for the choice of suspects: rates in GB/s; those of messages are the
/// processor's rather than the network's.
bool is_network_rate(const Measurement& row);

/// What a round of pairs came to, for the choice of suspects: of each pair the lowest of its rates
/// in GB/s, each relative to the median of that measurement over the round, so that rails, sizes
/// and directions can be compared; which one that is stands beside it. A pair whose task did not
/// end well, or in which a case failed, has none.
schedule::RoundResults pair_rates(const FleetRecord& record, const schedule::Fleet& fleet,
                                  std::span<const FleetTask> tasks);

}  // namespace plumbline
