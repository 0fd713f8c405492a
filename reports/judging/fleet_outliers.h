#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/baselines/baseline_store.h"
#include "reports/judging/cohort_screen.h"
#include "reports/judging/software_groups.h"
#include "results/schema/finding.h"

namespace plumbline {

/// Which values of which hosts stand out below those of hosts like them, whatever is expected. What
/// the screen finds asks to be measured again; only values that were measured afterwards decide.
class FleetOutliers {
 public:
  FleetOutliers(const TimedColumns& table, std::span<const RunDirectory> runs,
                BaselineStore& baselines);

  /// Changes the findings of a host about values that stand out. False if there was nothing to say.
  bool judge(const std::string& host, std::vector<Finding>& findings) const;

  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// A candidate with what its sentence says.
  struct Standing {
    Candidate candidate;
    std::string instance_type;
    std::string unit;
    std::string difference;  ///< of its software from that of most others; empty: none
  };

  static void judge(const Standing& standing, Finding& f);

  std::unordered_map<std::string, std::vector<std::pair<std::string, Standing>>> by_host_;
  std::vector<std::string> notes_;
};

}  // namespace plumbline
