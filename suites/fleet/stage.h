#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "suites/fleet/fan_out.h"
#include "suites/fleet/fleet_record.h"

namespace plumbline {

/// A task with what each of its hosts is to do, in the order of its hosts.
struct PlannedTask {
  FleetTask task;
  std::vector<HostOrder> orders;
};

/// What a run on many hosts is carried out with.
struct FleetRunner {
  Reach reach;
  Interruption& interruption;
  FleetPatience patience = {};
  std::function<void(const std::string& sentence)> say = {};
  /// How far a stage is, about once a second.
  std::function<void(const std::string& stage, std::size_t ended, std::size_t of)> tick = {};
  /// Hosts that were lost, and how: they are not asked again before the run is continued, for
  /// everyone who works with them would wait for them.
  std::map<std::string, std::string> lost_hosts = {};
};

/// Runs tasks on their hosts, all at the same time. Those that ended before are left alone; those
/// that were killed are run again. Those with a host that was lost end at once, as killed. What
/// hosts send is kept in the record's parts. False if it was interrupted.
bool run_stage(FleetRecord& record, FleetRunner& runner, const std::string& stage,
               std::vector<PlannedTask> tasks);

}  // namespace plumbline
