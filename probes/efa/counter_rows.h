#pragma once

#include <memory>
#include <vector>

#include "probes/efa/bench.h"
#include "probes/efa/rail.h"
#include "probes/harness/plan.h"

namespace plumbline::efa {

/// Reads the counters of every EFA rail of these hosts now, and adds rows about what they grew by
/// until the rows are asked for: to be called before any other case is added and, with what it
/// returned, again after the last.
class CounterRows {
 public:
  CounterRows(std::shared_ptr<Bench> bench, const std::vector<HostRails>& hosts);

  /// Adds the rows. What the counters are then is read when the first row of a rail is asked for.
  void add_to(Plan& plan) const;

 private:
  struct Device;
  std::shared_ptr<Bench> bench_;
  const std::vector<HostRails>& hosts_;
  std::vector<std::shared_ptr<Device>> devices_;
};

}  // namespace plumbline::efa
