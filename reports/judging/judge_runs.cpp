#include "reports/judging/judge_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

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

/// A host and what it came to.
struct Judged {
  ManifestEntry node;
  NodeEvaluation evaluation;
  std::string without_baseline;  ///< the type, if nothing is expected of it
  std::function<void()> finish;
};

/// One for each thread that judges, so that each knows what it did for the host before.
class Evaluators {
 public:
  NodeEvaluation evaluate(const ManifestEntry& node, std::span<const Measurement> rows,
                          const Expectations& expectations) {
    auto evaluator = take();
    NodeEvaluation evaluation = evaluator->evaluate(node, rows, expectations);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(evaluator));
    return evaluation;
  }

 private:
  std::unique_ptr<NodeEvaluator> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<NodeEvaluator>();
    auto evaluator = std::move(idle_.back());
    idle_.pop_back();
    return evaluator;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<NodeEvaluator>> idle_;
};

/// Goes through the hosts that have rows and the nodes that should have some, both by name.
class Judge {
 public:
  Judge(std::span<const RunDirectory> runs, BaselineStore& baselines, const HostWork& work,
        Judgement& judgement, bool any_host)
      : runs_(runs),
        baselines_(baselines),
        work_(work),
        judgement_(judgement),
        any_host_(any_host) {}

  /// For what is between hosts and how they compare, before any of them is judged.
  void look_at(const Measurement& row) {
    pairs_.look_at(row);
    fleet_rows_.look_at(row);
  }

  /// Once, as soon as all rows were looked at.
  void compare(const std::filesystem::path& history_folder, std::size_t threads) {
    fabric_.emplace(pairs_, any_host_ ? pairs_.measured_hosts() : judgement_.manifest, baselines_);
    TimedColumns table = fleet_rows_.settle(threads);
    outliers_.emplace(table, runs_, baselines_);
    for (const std::string& note : outliers_->notes()) judgement_.notes.push_back(note);
    if (history_folder.empty()) return;
    HistoryRun present = history_of(std::move(table), runs_);
    History history = read_history(history_folder, runs_, threads);
    offenders_.emplace(history, present);
    trends_.emplace(std::move(present), std::move(history), baselines_, threads);
    for (const std::string& note : trends_->notes()) judgement_.notes.push_back(note);
    judgement_.trends = trends_->told();
  }

  /// Called by several threads at once; what it gives back, for one host after another.
  std::function<void()> host(const std::string& name, std::span<const Measurement> rows) {
    const ManifestEntry from_rows{name, rows.front().instance_type, "", "", "", "", "", ""};
    const ManifestEntry* const node = any_host_ ? &from_rows : find(name);
    if (node == nullptr) return [this, &name, rows] { stray(name, rows); };
    auto judged = std::make_shared<Judged>(judge(*node, rows));
    judged->finish = work_.begin(judged->evaluation, rows);
    return [this, judged] { add(*judged); };
  }

  void silent_nodes_before(const std::string* name) {
    if (any_host_) return;
    while (next_ < judgement_.manifest.size() &&
           (name == nullptr || judgement_.manifest[next_].host < *name)) {
      Judged judged = judge(judgement_.manifest[next_], {});
      ++next_;
      judged.finish = work_.begin(judged.evaluation, {});
      count(judged);
    }
  }

  /// What belongs to no node.
  void network() {
    for (Finding& f : fabric_->of_leaves()) {
      if (f.verdict == Verdict::fail) judgement_.fleet.reject_outside();
      if (f.verdict == Verdict::inconclusive) judgement_.fleet.leave_incomplete();
      judgement_.notes.push_back(f.sentence + ". " + f.action);
      NodeEvaluation evaluation;
      evaluation.findings.push_back(std::move(f));
      work_.begin(evaluation, {})();
    }
    for (std::string& note : fabric_->notes()) judgement_.notes.push_back(std::move(note));
    if (!pairs_.kinds().empty() || !pairs_.tasks().empty()) {
      judgement_.suspects = fabric_->suspects();
      judgement_.fabric = fabric_->pictures(pairs_);
    }
  }

 private:
  const ManifestEntry* find(const std::string& host) const {
    const auto found =
        std::ranges::lower_bound(judgement_.manifest, host, {}, &ManifestEntry::host);
    return found != judgement_.manifest.end() && found->host == host ? &*found : nullptr;
  }

  Judged judge(const ManifestEntry& node, std::span<const Measurement> rows) {
    Judged judged{node, {}, {}, {}};
    const std::string& type = node.instance_type.empty() && !rows.empty()
                                  ? rows.front().instance_type.str()
                                  : node.instance_type;
    const Expectations& expectations = baselines_.of_type(type);
    if (expectations.empty()) judged.without_baseline = type;
    judged.evaluation = evaluators_.evaluate(node, rows, expectations);
    if (!rows.empty()) find_culprits(node, rows, expectations, judged.evaluation);
    if (any_host_)
      leave_incomplete(judged.evaluation.verdict,
                       "there is no manifest of the nodes that "
                       "should be there");
    return judged;
  }

  /// What makes paths of the node slow, whose fault its paths to others are, and what of it is
  /// slower than on hosts like it, or than it was.
  void find_culprits(const ManifestEntry& node, std::span<const Measurement> rows,
                     const Expectations& expectations, NodeEvaluation& evaluation) const {
    const std::size_t before = evaluation.findings.size();
    find_gpu_culprits(node, rows, evaluation.findings);
    bool changed = fabric_->judge(node, evaluation.findings);
    changed |= outliers_->judge(node.host, evaluation.findings);
    if (trends_) {
      changed |= trends_->judge(node.host, evaluation.findings);
      changed |= offenders_->judge(node, evaluation.findings);
    }
    if (changed || evaluation.findings.size() != before) {
      evaluation.verdict = node_verdict(node, evaluation.findings, expectations);
    }
  }

  void add(const Judged& judged) {
    silent_nodes_before(&judged.node.host);
    if (any_host_) judgement_.manifest.push_back(judged.node);
    ++next_;
    count(judged);
  }

  void count(const Judged& judged) {
    if (!judged.without_baseline.empty()) without_baseline_.insert(judged.without_baseline);
    judgement_.fleet.add(judged.evaluation);
    judgement_.nodes.push_back(judged.evaluation.verdict);
    judgement_.types_without_baseline.assign(without_baseline_.begin(), without_baseline_.end());
    judged.finish();
  }

  void stray(const std::string& name, std::span<const Measurement> rows) {
    silent_nodes_before(&name);
    NodeEvaluation evaluation;
    evaluation.findings.push_back(stray_host(name, rows));
    judgement_.notes.push_back(evaluation.findings.front().sentence);
    work_.begin(evaluation, rows)();
  }

  const std::span<const RunDirectory> runs_;
  BaselineStore& baselines_;
  const HostWork& work_;
  Judgement& judgement_;
  const bool any_host_;
  std::size_t next_ = 0;
  Evaluators evaluators_;
  PairRows pairs_;
  std::optional<FabricVerdict> fabric_;
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

void account_for_what_did_not_end(std::span<const RunDirectory> runs, Judgement& judgement) {
  for (const RunDirectory& run : runs) {
    const std::string note = what_did_not_end(run);
    if (note.empty()) continue;
    judgement.notes.push_back(note);
    leave_all_incomplete(judgement, note);
  }
}

}  // namespace

Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const HostWork& work, const std::filesystem::path& history,
                     std::size_t threads) {
  Judgement judgement;
  Denominator denominator = read_manifests(runs);
  judgement.manifest = std::move(denominator.nodes);
  judgement.manifest_sources = std::move(denominator.sources);
  judgement.notes = std::move(denominator.notes);
  Judge judge(runs, baselines, work, judgement, judgement.manifest_sources.empty());
  const RowsByHost rows(
      measurement_files(runs), [&](const Measurement& row) { judge.look_at(row); }, threads);
  judge.compare(history, threads);
  rows.each([&](const std::string& host, std::span<const Measurement> own) {
    return judge.host(host, own);
  });
  judge.silent_nodes_before(nullptr);
  judge.network();
  judgement.rows = rows.report().rows;
  judgement.torn_lines = rows.report().torn_lines;
  judgement.bad_rows = rows.report().bad_rows;
  account_for_bad_rows(judgement);
  account_for_what_did_not_end(runs, judgement);
  judgement.fleet.reject_nobody_if_suspect(judgement.nodes);
  return judgement;
}

Judgement judge_runs(std::span<const RunDirectory> runs, BaselineStore& baselines,
                     const EachHost& each, const std::filesystem::path& history) {
  const HostWork work{[&](const NodeEvaluation& node, std::span<const Measurement> rows) {
    return [&each, &node, rows] { each(node, rows); };
  }};
  return judge_runs(runs, baselines, work, history);
}

}  // namespace plumbline
