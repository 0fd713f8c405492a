#include "reports/judging/evidence_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "reports/evaluation/series.h"
#include "reports/judging/repeat_command.h"
#include "reports/judging/worst_findings.h"
#include "results/schema/file_error.h"
#include "results/schema/journal.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

FleetVerdict fleet_verdict(ExitCode code) {
  switch (code) {
    case exit_ok:
      return FleetVerdict::accept;
    case exit_rejected:
      return FleetVerdict::reject;
    case exit_harness_suspect:
      return FleetVerdict::harness_suspect;
    default:
      return FleetVerdict::incomplete;
  }
}

/// One sentence: why the verdict is what it is; empty if that goes without saying.
std::string reason_of(const Judgement& judgement) {
  const auto suspects = judgement.fleet.suspects();
  if (!suspects.empty()) return sentence_of(suspects.front());
  if (judgement.nodes.empty()) return "there is no node: neither a manifest nor any row";
  const auto worst = std::max_element(
      judgement.nodes.begin(), judgement.nodes.end(),
      [](const NodeVerdict& a, const NodeVerdict& b) { return a.outcome < b.outcome; });
  return worst->outcome == NodeOutcome::accept ? "" : worst->reason;
}

/// "acceptance" of "20261124T103335Z_acceptance-2".
std::string suite_of(const std::string& run) {
  const std::size_t begin = run.find('_');
  return begin == std::string::npos ? std::string() : run.substr(begin + 1);
}

/// The run and its tasks as its journal tells them.
void read_journal_of(const RunDirectory& directory, ReportedRun& run,
                     std::vector<TaskRecord>& tasks) {
  if (!fs::exists(directory.journal())) return;
  std::unordered_map<std::string, std::size_t> open;
  std::string host;
  for (const JournalEvent& event : read_journal(directory.journal())) {
    if (event.event == "run_started") {
      run.started = event.time;
      run.command = event.detail("command");
      if (!event.detail("suite").empty()) run.suite = event.detail("suite");
      host = event.detail("host");
    } else if (event.event == "measured" || event.event == "run_ended") {
      run.ended = event.time;
    } else if (event.event == "task_started") {
      TaskRecord task;
      task.run = run.name;
      task.host = host;
      task.task = event.task;
      task.probe = event.task.substr(0, event.task.find('#'));
      task.attempt = event.attempt;
      task.started = event.time;
      task.command = event.detail("command");
      open[event.task] = tasks.size();
      tasks.push_back(std::move(task));
    } else if (event.event == "task_ended") {
      const auto begun = open.find(event.task);
      if (begun == open.end()) continue;
      TaskRecord& task = tasks[begun->second];
      task.outcome = event.detail("outcome");
      task.reason = event.detail("reason");
      task.seconds = std::chrono::duration<double>(event.time - task.started).count();
    }
  }
}

/// A table beside the measurements; what cannot be read of it is left out.
template <class Record>
void read_into(const fs::path& file, std::vector<Record>& records) {
  if (!fs::exists(file)) return;
  read_csv<Record>(
      file, [&](const Record& record) { records.push_back(record); }, BadRows::collect);
}

std::string origin_of(const UsedBaselines& used) {
  return used.learned ? "of this site"
                      : fmt::format("shipped with plumbline {}", PLUMBLINE_VERSION);
}

bool is_plain(const Finding& finding) {
  return finding.verdict == Verdict::pass || finding.verdict == Verdict::unjudged;
}

}  // namespace

void EvidenceCollector::add(const NodeEvaluation& node, std::span<const Measurement> rows) {
  // How many nodes there will be is not known: a run may have no manifest.
  ++nodes_;
  if (nodes_ == evidence::whole_nodes + 1) {
    std::erase_if(evidence_.findings, [](const JudgedFinding& f) { return is_plain(f.finding); });
  }
  for (const Measurement& m : rows) {
    ++rows_of_run_[m.run];
    evidence_.simulated |= m.provenance == Provenance::simulated;
    if (m.outcome != Outcome::ok && evidence_.not_measured.size() < evidence::most_rows) {
      evidence_.not_measured.push_back(m);
    }
  }
  const auto all = series_of(rows);
  std::unordered_map<std::string, const Series*> by_id;
  for (const Series& series : all) by_id.emplace(finding_id(series.key), &series);
  for (const Finding& f : node.findings) {
    if (nodes_ > evidence::whole_nodes && is_plain(f)) continue;
    JudgedFinding judged;
    judged.finding = f;
    judged.command = repeat_command(f);
    if (const auto found = by_id.find(f.id); found != by_id.end()) {
      const Series& series = *found->second;
      for (const auto* part : {&series.values, &series.without}) {
        for (const Measurement* m : *part) judged.rows.push_back(*m);
      }
      std::sort(judged.rows.begin(), judged.rows.end(),
                [](const Measurement& a, const Measurement& b) { return a.time < b.time; });
      const Expectations& expectations = baselines_.of_type(node.verdict.instance_type);
      const auto answered = expectations.answered_by(series.last());
      if (!answered.empty()) {
        judged.ceiling = expectations.all()[answered.front()].ceiling;
        judged.use = expectations.all()[answered.front()].use;
      }
    } else if (!f.expected.empty()) {
      judged.use = Use::gate;
    }
    evidence_.findings.push_back(std::move(judged));
  }
  // In large steps, so that each finding is moved a few times and not for every node.
  if (nodes_ > evidence::whole_nodes && evidence_.findings.size() > 2 * evidence::most_findings) {
    keep_the_worst(evidence::most_findings);
  }
}

void EvidenceCollector::keep_the_worst(std::size_t count) {
  auto& findings = evidence_.findings;
  if (findings.size() <= count) return;
  const auto end = findings.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(
      findings.begin(), end, findings.end(),
      [](const JudgedFinding& a, const JudgedFinding& b) { return worse(a.finding, b.finding); });
  findings.erase(end, findings.end());
}

Evidence EvidenceCollector::finish(const Judgement& judgement, std::span<const RunDirectory> runs,
                                   const std::string& command) {
  evidence_.version = PLUMBLINE_VERSION;
  evidence_.made = wall_now();
  evidence_.command = command;
  evidence_.verdict = fleet_verdict(judgement.fleet.exit_code());
  evidence_.reason = reason_of(judgement);
  evidence_.types_without_baseline = judgement.types_without_baseline;
  evidence_.manifest = judgement.manifest;
  evidence_.manifest_source = judgement.manifest_sources.empty()
                                  ? "the hosts that have rows, as there is no manifest"
                                  : fmt::format("{}", fmt::join(judgement.manifest_sources, ", "));
  evidence_.nodes = judgement.nodes;
  evidence_.left_out_in = "findings.csv";
  if (nodes_ > evidence::whole_nodes) {
    keep_the_worst(evidence::most_findings);
    std::sort(evidence_.findings.begin(), evidence_.findings.end(),
              [](const auto& a, const auto& b) { return worse(a.finding, b.finding); });
  }
  evidence_.torn_lines = judgement.torn_lines;
  evidence_.bad_rows = judgement.bad_rows;
  for (const RunDirectory& directory : runs) {
    ReportedRun run;
    run.name = directory.name();
    run.directory = directory.path().string();
    run.suite = suite_of(run.name);
    run.rows = rows_of_run_[run.name];
    read_journal_of(directory, run, evidence_.tasks);
    evidence_.runs.push_back(std::move(run));
    read_into(directory.devices(), evidence_.devices);
    read_into(directory.context(), evidence_.context);
    read_into(directory.metrics(), evidence_.metrics);
  }
  for (const UsedBaselines& used : baselines_.used()) {
    evidence_.baselines.push_back(
        {used.file.string(), used.instance_type, used.rows, used.learned, origin_of(used)});
  }
  return std::move(evidence_);
}

}  // namespace plumbline
