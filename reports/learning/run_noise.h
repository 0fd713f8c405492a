#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/learning/observations.h"

namespace plumbline {

/// The value of one thing on one host in one run: the median of its repetitions, as a logarithm.
struct RunLog {
  std::string host;
  WallTime time{};
  double log = 0;
};
std::vector<RunLog> run_logs(const Thing& thing);

/// The run-to-run sigma of each metric family, from re-measured pairs.
class RunNoise {
 public:
  explicit RunNoise(const Observations& observations);

  /// True if anything was measured twice.
  bool knows_pairs() const;
  /// Of the thing's family: the larger of what pairs of runs and pairs of repetitions within a run
  /// say, each drawn towards the family's default; the default where nothing was measured twice.
  double of_family(const Thing& thing) const;
  /// Of the thing itself: its own runs, drawn towards its family.
  double of_thing(const Thing& thing) const;

 private:
  struct Pairs {
    std::vector<double> runs;         ///< differences between neighbouring runs
    std::vector<double> repetitions;  ///< and between repetitions within a run
  };
  std::map<std::string, Pairs> by_family_;
};

}  // namespace plumbline
