#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/judging/judge_runs.h"

namespace plumbline {

/// What is different from an earlier judgement of the same nodes: all that a scheduled run has to
/// say. It looks at the verdicts of nodes and at what is FAIL or MISSING; WARN and INCONCLUSIVE
/// come and go with the noise, and where they matter a node's verdict shows it.
class Changes {
 public:
  /// Nothing: there is no earlier run, and everything that is not well is new. Of a run that was
  /// not judged too.
  explicit Changes(const std::optional<RunDirectory>& before);

  void add(const NodeEvaluation& node);
  /// A headline and a line for each change; empty if nothing changed.
  std::string text(const Judgement& judgement, const std::string& run) const;

 private:
  struct Known {
    std::string line;  ///< "FAIL  node-3: ..."
    bool again = false;
  };

  std::optional<std::string> before_;
  std::map<std::string, NodeOutcome> nodes_;
  std::map<std::string, Known> bad_;    ///< of the earlier run
  std::vector<std::string> new_lines_;  ///< the first ones
  std::size_t new_count_ = 0;
  std::string first_new_id_;
};

}  // namespace plumbline
