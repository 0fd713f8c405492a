#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "reports/judging/judge_runs.h"
#include "reports/pages/evidence.h"

namespace plumbline {

/// How much of a large fleet stands in the HTML file; findings.csv has all of it.
namespace evidence {
inline constexpr std::size_t whole_nodes = 16;      ///< up to so many nodes with all their findings
inline constexpr std::size_t most_findings = 4000;  ///< of more nodes: the worst ones
inline constexpr std::size_t most_rows = 1000;      ///< of rows without a value
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
  void keep_the_worst(std::size_t count);

  BaselineStore& baselines_;
  std::size_t nodes_ = 0;
  Evidence evidence_;
  std::map<std::string, std::uint64_t> rows_of_run_;
};

}  // namespace plumbline
