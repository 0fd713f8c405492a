#pragma once

#include <functional>
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
};

/// Runs tasks on their hosts, all at the same time. Those that ended before are left alone; those
/// that were killed are run again. What hosts send is kept in the record's parts. False if it was
/// interrupted.
bool run_stage(FleetRecord& record, FleetRunner& runner, const std::string& stage,
               std::vector<PlannedTask> tasks);

}  // namespace plumbline
