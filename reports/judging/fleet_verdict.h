#pragma once

#include "reports/pages/evidence.h"
#include "results/schema/exit_code.h"

namespace plumbline {

/// What a report with this exit code says of all nodes together.
FleetVerdict fleet_verdict(ExitCode code);

}  // namespace plumbline
