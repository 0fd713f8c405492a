#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/baselines/baseline_store.h"
#include "reports/evaluation/fleet.h"
#include "reports/pages/fabric_picture.h"
#include "reports/pages/trend_history.h"
#include "results/schema/run_directory.h"
#include "results/schema/suspected_node.h"

namespace plumbline {

/// What judging some runs together came to, beside the findings, which went to `each`.
struct Judgement {
  Fleet fleet;
  Manifest manifest;
  std::vector<std::string> manifest_sources;
  std::vector<NodeVerdict> nodes;  ///< one for each node of the manifest
  std::vector<std::string> notes;  ///< what a reader must know beside the findings
  std::vector<std::string> types_without_baseline;
  std::vector<std::string> torn_lines;  ///< "file: the cut line"
  std::vector<std::string> bad_rows;    ///< "file:line: column: what is wrong"
  /// Nodes that should be measured again with others; nothing if no pairs were measured.
  std::optional<std::vector<SuspectedNode>> suspects;
  /// What was measured between hosts, for the report to show.
  std::vector<FabricPicture> fabric;
  TrendHistory trends;  ///< beside earlier runs, for the report to show
  std::size_t rows = 0;
};

/// Called for each host, nodes of the manifest and strays, with its findings and the rows behind
/// them; both are gone after the call. What is wrong with the network between them comes last.
using EachHost = std::function<void(const NodeEvaluation&, std::span<const Measurement> rows)>;

/// Judges all rows of some runs, one host at a time and in order of their names; what was measured
/// between hosts, of all of them together, and hosts with each other. Memory grows by 12 bytes for
/// each timed row, and not with the others. Throws FileError for files that cannot be judged.
///
/// `history` is a folder of earlier runs: then parts are compared with their own past, too.
Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const EachHost& each, const std::filesystem::path& history = {});

}  // namespace plumbline
