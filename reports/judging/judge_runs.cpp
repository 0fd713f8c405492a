#include "reports/judging/judge_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "reports/evaluation/sentence.h"
#include "reports/judging/fabric_verdict.h"
#include "reports/judging/fleet_outliers.h"
#include "reports/judging/gpu_culprits.h"
#include "reports/judging/repeat_offenders.h"
#include "reports/judging/run_files.h"
#include "reports/judging/trends.h"
#include "results/schema/host_order.h"

namespace plumbline {
namespace {

/// Goes through the hosts that have rows and the nodes that should have some, both by name.
class Judge {
 public:
  Judge(std::span<const RunDirectory> runs, BaselineStore& baselines, const EachHost& each,
        Judgement& judgement, bool any_host, std::filesystem::path history)
      : runs_(runs),
        history_(std::move(history)),
        baselines_(baselines),
        each_(each),
        judgement_(judgement),
        any_host_(any_host) {}

  void host(const std::string& name, std::span<const Measurement> rows) {
    silent_nodes_before(&name);
    const bool is_next = next_ < judgement_.manifest.size() && manifest(next_).host == name;
    if (any_host_) {
      judgement_.manifest.push_back({name, rows.front().instance_type, "", "", "", "", "", ""});
    } else if (!is_next) {
      stray(name, rows);
      return;
    }
    judge(manifest(next_++), rows);
  }

  /// For what is between hosts and how they compare, before any of them is judged.
  void look_at(const Measurement& row) {
    pairs_.look_at(row);
    fleet_rows_.look_at(row);
  }

  /// What belongs to no node.
  void network() {
    const FabricVerdict& verdict = fabric();
    for (Finding& f : verdict.of_leaves()) {
      if (f.verdict == Verdict::fail) judgement_.fleet.reject_outside();
      if (f.verdict == Verdict::inconclusive) judgement_.fleet.leave_incomplete();
      judgement_.notes.push_back(f.sentence + ". " + f.action);
      NodeEvaluation evaluation;
      evaluation.findings.push_back(std::move(f));
      each_(evaluation, {});
    }
    for (std::string& note : verdict.notes()) judgement_.notes.push_back(std::move(note));
    if (!pairs_.kinds().empty() || !pairs_.tasks().empty()) {
      judgement_.suspects = verdict.suspects();
      judgement_.fabric = verdict.pictures(pairs_);
    }
  }

  void silent_nodes_before(const std::string* name) {
    if (any_host_) return;
    while (next_ < judgement_.manifest.size() &&
           (name == nullptr || manifest(next_).host < *name)) {
      judge(manifest(next_++), {});
    }
  }

 private:
  const ManifestEntry& manifest(std::size_t i) const { return judgement_.manifest[i]; }

  void judge(const ManifestEntry& node, std::span<const Measurement> rows) {
    const std::string& type = node.instance_type.empty() && !rows.empty()
                                  ? rows.front().instance_type
                                  : node.instance_type;
    const Expectations& expectations = baselines_.of_type(type);
    if (expectations.empty()) without_baseline_.insert(type);
    NodeEvaluation evaluation = evaluate_node(node, rows, expectations);
    if (!rows.empty()) find_culprits(node, rows, expectations, evaluation);
    if (any_host_)
      leave_incomplete(evaluation.verdict,
                       "there is no manifest of the nodes that "
                       "should be there");
    judgement_.fleet.add(evaluation);
    judgement_.nodes.push_back(evaluation.verdict);
    judgement_.types_without_baseline.assign(without_baseline_.begin(), without_baseline_.end());
    each_(evaluation, rows);
  }

  /// What makes paths of the node slow, whose fault its paths to others are, and what of it is
  /// slower than on hosts like it, or than it was.
  void find_culprits(const ManifestEntry& node, std::span<const Measurement> rows,
                     const Expectations& expectations, NodeEvaluation& evaluation) {
    const std::size_t before = evaluation.findings.size();
    find_gpu_culprits(node, rows, evaluation.findings);
    bool changed = fabric().judge(node, evaluation.findings);
    compare();
    changed |= outliers_->judge(node.host, evaluation.findings);
    if (trends_) {
      changed |= trends_->judge(node.host, evaluation.findings);
      changed |= offenders_->judge(node, evaluation.findings);
    }
    if (changed || evaluation.findings.size() != before) {
      evaluation.verdict = node_verdict(node, evaluation.findings, expectations);
    }
  }

  const FabricVerdict& fabric() {
    if (!fabric_) {
      fabric_.emplace(pairs_, any_host_ ? pairs_.measured_hosts() : judgement_.manifest,
                      baselines_);
    }
    return *fabric_;
  }

  /// Once, as soon as all rows are known.
  void compare() {
    if (outliers_) return;
    TimedColumns table = fleet_rows_.settle();
    outliers_.emplace(table, runs_, baselines_);
    for (const std::string& note : outliers_->notes()) judgement_.notes.push_back(note);
    if (history_.empty()) return;
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    HistoryRun present = history_of(std::move(table), runs_);
    History history = read_history(history_, runs_, threads);
    offenders_.emplace(history, present);
    trends_.emplace(std::move(present), std::move(history), baselines_, threads);
    for (const std::string& note : trends_->notes()) judgement_.notes.push_back(note);
    judgement_.trends = trends_->told();
  }

  void stray(const std::string& name, std::span<const Measurement> rows) {
    NodeEvaluation evaluation;
    evaluation.findings.push_back(stray_host(name, rows));
    judgement_.notes.push_back(evaluation.findings.front().sentence);
    each_(evaluation, rows);
  }

  const std::span<const RunDirectory> runs_;
  const std::filesystem::path history_;
  BaselineStore& baselines_;
  const EachHost& each_;
  Judgement& judgement_;
  const bool any_host_;
  std::size_t next_ = 0;
  PairRows pairs_;
  std::optional<FabricVerdict> fabric_;  ///< as soon as all pairs are known
  FleetRows fleet_rows_;
  std::optional<FleetOutliers> outliers_;
  std::optional<Trends> trends_;
  std::optional<RepeatOffenders> offenders_;
  std::set<std::string> without_baseline_;
};

void leave_all_incomplete(Judgement& judgement, const std::string& reason) {
  judgement.fleet.leave_incomplete();
  for (NodeVerdict& node : judgement.nodes) judgement.fleet.leave_incomplete(node, reason);
}

/// A row that cannot be read leaves the node incomplete that it is of; where that is unknown, the
/// whole.
void account_for_bad_rows(Judgement& judgement) {
  if (judgement.bad_rows.empty()) return;
  judgement.fleet.leave_incomplete();
  std::map<std::string, std::string> by_host;
  const auto hosts = hosts_of_bad_rows(judgement.bad_rows);
  for (std::size_t i = 0; i < hosts.size(); ++i) by_host.emplace(hosts[i], judgement.bad_rows[i]);
  for (NodeVerdict& node : judgement.nodes) {
    const auto bad = judgement.nodes.size() == 1 ? by_host.begin() : by_host.find(node.host);
    if (bad != by_host.end()) {
      judgement.fleet.leave_incomplete(node, "a row cannot be read: " + bad->second);
    }
  }
}

void account_for_unfinished_tasks(std::span<const RunDirectory> runs, Judgement& judgement) {
  for (const RunDirectory& run : runs) {
    const auto tasks = unfinished_tasks(run);
    if (tasks.empty()) continue;
    const std::string note =
        fmt::format("{} of {} did not end ({}): go on with `plumbline resume {}`",
                    counted(tasks.size(), "task"), run.name(), fmt::join(tasks, ", "), run.name());
    judgement.notes.push_back(note);
    leave_all_incomplete(judgement, note);
  }
}

}  // namespace

Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const EachHost& each, const std::filesystem::path& history) {
  Judgement judgement;
  Denominator denominator = read_manifests(runs);
  judgement.manifest = std::move(denominator.nodes);
  judgement.manifest_sources = std::move(denominator.sources);
  judgement.notes = std::move(denominator.notes);
  Judge judge(runs, baselines, each, judgement, judgement.manifest_sources.empty(), history);
  const auto files = measurement_files(runs);
  const HostOrderReport report = read_by_host(
      files,
      [&](const std::string& host, std::span<const Measurement> rows) { judge.host(host, rows); },
      [&](const Measurement& row) { judge.look_at(row); });
  judge.silent_nodes_before(nullptr);
  judge.network();
  judgement.rows = report.rows;
  judgement.torn_lines = report.torn_lines;
  judgement.bad_rows = report.bad_rows;
  account_for_bad_rows(judgement);
  account_for_unfinished_tasks(runs, judgement);
  judgement.fleet.reject_nobody_if_suspect(judgement.nodes);
  return judgement;
}

}  // namespace plumbline
