#pragma once

#include <span>
#include <vector>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/known_answers.h"
#include "reports/evaluation/series.h"
#include "results/schema/finding.h"
#include "results/schema/manifest.h"

namespace plumbline {

/// The metric of the row that the runner writes about a task itself.
inline constexpr const char* task_metric = "runner.task";
/// The metric of findings about a node as a whole.
inline constexpr const char* node_metric = "node.results";

struct NodeEvaluation {
  std::vector<Finding> findings;  ///< in reading order, ids unique
  NodeVerdict verdict;
};

/// Judges all rows of one node of the manifest. Reads nothing, knows no clock; the order of `rows`
/// does not matter. Where nothing timed is expected of the type yet, timed values ask to be
/// measured three times, so that a baseline that is learned from this run knows their noise.
NodeEvaluation evaluate_node(const ManifestEntry& node, std::span<const Measurement> rows,
                             const Expectations& expectations);

/// The same for one node after another: what follows from what the rows of one are about is tried
/// with the next. Only time depends on the nodes before.
class NodeEvaluator {
 public:
  NodeEvaluation evaluate(const ManifestEntry& node, std::span<const Measurement> rows,
                          const Expectations& expectations);

 private:
  SeriesSorter sorter_;
  KnownAnswers answers_;
};

/// Any FAIL rejects. Anything missing, inconclusive or without a baseline leaves a node incomplete.
/// Otherwise it is accepted; WARN and UNJUDGED are allowed.
NodeVerdict node_verdict(const ManifestEntry& node, std::span<const Finding> findings,
                         const Expectations& expectations);

/// Makes an accepted node incomplete for a reason outside its findings.
void leave_incomplete(NodeVerdict& verdict, const std::string& reason);

/// Says that a host has rows but is not in the manifest; its rows are not judged.
Finding stray_host(const std::string& host, std::span<const Measurement> rows);

/// All nodes of one instance type at once: every node of the manifest, then the strays.
std::vector<Finding> evaluate(std::span<const Measurement> rows,
                              std::span<const Baseline> baselines, const Manifest& manifest);

}  // namespace plumbline
