#include "reports/judging/fleet_verdict.h"

namespace plumbline {

FleetVerdict fleet_verdict(ExitCode code) {
  switch (code) {
    case exit_ok:
      return FleetVerdict::accept;
    case exit_rejected:
      return FleetVerdict::reject;
    case exit_harness_suspect:
      return FleetVerdict::harness_suspect;
    default:
      return FleetVerdict::incomplete;
  }
}

}  // namespace plumbline
