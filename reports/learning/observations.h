#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "reports/evaluation/expectations.h"

namespace plumbline {

/// What one row of one run on one host says.
struct Observation {
  std::string host;
  std::string run;
  WallTime time{};
  std::optional<double> value;
  double variance_within = 0;  ///< of the median within the run, relative
  std::string text;            ///< of a fact that is no number
};

/// All that was observed about one thing: a metric of a path, with its size and params.
struct Thing {
  Measurement about;  ///< metric, subject, peer, bytes, params, unit, better; no value
  std::vector<Observation> observed;
  std::optional<double> ceiling;  ///< from what was expected before
};

/// Collects what accepted runs of one instance type measured.
class Observations {
 public:
  /// Rows of any run and host. Those without a value, about tasks or of values <= 0 where values
  /// are compared by ratio teach nothing. `present` is what is expected so far: its ceilings stay.
  void add(std::span<const Measurement> rows, const Expectations& present);

  bool empty() const { return things_.empty(); }
  const std::map<std::string, Thing>& things() const { return things_; }
  const std::set<std::string>& runs() const { return runs_; }
  const std::set<std::string>& hosts() const { return hosts_; }
  WallTime last() const { return last_; }
  bool simulated() const { return simulated_; }
  bool mixed() const { return simulated_ && measured_; }  ///< with measured rows: not to be learned

 private:
  std::map<std::string, Thing> things_;
  std::set<std::string> runs_;
  std::set<std::string> hosts_;
  WallTime last_{};
  bool simulated_ = false;
  bool measured_ = false;
};

}  // namespace plumbline
