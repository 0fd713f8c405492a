#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/judging/history.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"

namespace plumbline {

/// Parts and nodes that failed in several earlier runs, whatever they measure now: what comes back
/// after every repair. A part is found again by its UUID or serial number, also in another host.
class RepeatOffenders {
 public:
  static constexpr std::size_t least_runs = 3;

  /// What the earlier runs' own reports said, of what is in the judged ones (`present`).
  RepeatOffenders(const History& history, const HistoryRun& present);

  /// Adds a finding for each of them on this node. False if there is none.
  bool judge(const ManifestEntry& node, std::vector<Finding>& findings) const;

 private:
  struct Failures {
    std::vector<std::string> runs;   ///< each once, in order
    std::vector<std::string> hosts;  ///< each once, in order of time
    std::string last;                ///< what failed last
  };

  void read(const RunDirectory& directory, const HistoryRun& run);
  void add(Failures& failures, const std::string& run, const Finding& f);
  Finding finding_of(const ManifestEntry& node, const std::string& subject, const std::string& part,
                     const Failures& failures) const;

  std::size_t runs_ = 0;
  std::map<std::string, Failures> by_part_, by_host_;
  /// Subject and part of each host.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> parts_;
};

}  // namespace plumbline
