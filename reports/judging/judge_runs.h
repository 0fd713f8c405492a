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
#include "results/schema/in_order.h"
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

/// Called for one host after another, nodes of the manifest and strays in order of their names,
/// with its findings and the rows behind them; both are gone after the call. What is wrong with the
/// network between them comes last.
using EachHost = std::function<void(const NodeEvaluation&, std::span<const Measurement> rows)>;

/// The same for work that takes long: called by several threads at once, each for one host. What it
/// gives back is called as EachHost is, while its findings and rows are still there.
struct HostWork {
  std::function<std::function<void()>(const NodeEvaluation&, std::span<const Measurement> rows)>
      begin;
};

/// Judges all rows of some runs, several hosts at once; what was measured between hosts, of all of
/// them together, and hosts with each other. What comes out depends neither on the number of
/// threads nor on the order of the rows. Memory grows by 12 bytes for each timed row, and with the
/// others only by the Texts and Params that no row before had. Throws FileError for files that
/// cannot be judged.
///
/// `history` is a folder of earlier runs: then parts are compared with their own past, too.
Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const HostWork& work, const std::filesystem::path& history = {},
                     std::size_t threads = all_cores());
Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const EachHost& each, const std::filesystem::path& history = {});

}  // namespace plumbline
