#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/baselines/baseline_store.h"
#include "reports/judging/history.h"
#include "reports/judging/trend_screen.h"
#include "reports/pages/trend_history.h"
#include "results/schema/finding.h"

namespace plumbline {

/// How the parts of the judged hosts do beside their own past: each GPU and NIC is followed by its
/// UUID or serial number, also into another host. What changed on all hosts together is one event
/// of the fleet. What is lower than in its past asks to be measured again, and only that decides.
class Trends {
 public:
  Trends(HistoryRun present, History history, BaselineStore& baselines, std::size_t threads);

  /// Changes the findings of a host about what is worse than in its past. False if there was
  /// nothing to say.
  bool judge(const std::string& host, std::vector<Finding>& findings) const;

  const std::vector<std::string>& notes() const { return notes_; }
  /// What the report shows: series that are lower than in their past, and the level of what changed
  /// on all hosts.
  const TrendHistory& told() const { return told_; }

  /// An alarm with what its sentence says.
  struct Standing {
    TrendAlarm alarm;
    double tolerance = 0;
    bool is_contract = false;                 ///< the tolerance is that of a baseline
    std::string part;                         ///< UUID or serial number; empty: not known
    std::string changed, first, last, since;  ///< runs
    std::string moved_from;                   ///< a host; empty: it has not moved
    std::string known_from;                   ///< the run that a known change of it would name
  };

 private:
  /// By host, with the id of the finding about it.
  std::unordered_map<std::string, std::vector<std::pair<std::string, Standing>>> by_host_;
  std::vector<std::string> notes_;
  TrendHistory told_;
};

}  // namespace plumbline
