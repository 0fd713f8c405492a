#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "reports/judging/distribution_collector.h"
#include "reports/judging/judge_runs.h"
#include "reports/judging/trouble_collector.h"
#include "reports/judging/value_collector.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// How much of a large fleet stands in the HTML file; findings.csv has all of it.
namespace evidence {
inline constexpr std::size_t whole_nodes = 16;  ///< up to so many nodes with all their findings
inline constexpr std::size_t most_findings = 20'000;  ///< of more nodes: the worst ones
inline constexpr std::size_t with_rows = 4'000;       ///< of these, with the rows behind them
inline constexpr std::size_t most_devices = 50'000;   ///< of nodes that have findings
}  // namespace evidence

/// Gathers what the HTML report is made of while the hosts are judged one after another.
class EvidenceCollector {
 public:
  explicit EvidenceCollector(BaselineStore& baselines) : baselines_(baselines) {}

  void add(const NodeEvaluation& node, std::span<const Measurement> rows);

  /// Everything, with what the runs' other files say.
  Evidence finish(const Judgement& judgement, std::span<const RunDirectory> runs,
                  const std::string& command);

 private:
  bool is_kept(const Finding& finding) const;
  void add_findings(const NodeEvaluation& node, std::span<const Measurement> rows);
  /// The expectation that a row answers; null if there is none.
  const Baseline* baseline_of(const Measurement& row) const;
  std::optional<double> ceiling_of(const Finding& finding, std::span<const Measurement> rows) const;
  void keep_the_worst(std::size_t count);
  void read_burns(const RunDirectory& directory);
  void read_devices(const RunDirectory& directory, const std::set<std::string>& hosts);

  BaselineStore& baselines_;
  std::size_t nodes_ = 0;
  Evidence evidence_;
  ValueCollector values_;
  TroubleCollector troubles_;
  DistributionCollector distributions_;
  std::map<std::string, std::uint64_t> rows_of_run_;
};

}  // namespace plumbline
