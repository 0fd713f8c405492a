#include "reports/judging/evidence_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/judging/burn_curves.h"
#include "reports/judging/device_list.h"
#include "reports/judging/fleet_verdict.h"
#include "reports/judging/repeat_command.h"
#include "reports/judging/software_collector.h"
#include "reports/judging/task_records.h"
#include "reports/judging/worst_findings.h"
#include "results/schema/file_error.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// One sentence: why the verdict is what it is; empty if that goes without saying.
std::string reason_of(const Judgement& judgement) {
  const auto suspects = judgement.fleet.suspects();
  if (!suspects.empty()) return sentence_of(suspects.front());
  const auto& nodes = judgement.nodes;
  if (nodes.empty()) return "there is no node: neither a manifest nor any row";
  if (nodes.size() == 1) {
    return nodes.front().outcome == NodeOutcome::accept ? "" : nodes.front().reason;
  }
  std::string text;
  const auto add = [&](std::uint64_t number, std::string_view what) {
    if (number == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number,
                        number == 1 ? fmt::format("is {}", what) : fmt::format("are {}", what));
  };
  add(judgement.fleet.rejected, "rejected");
  add(judgement.fleet.incomplete, "incomplete");
  return text.empty() ? "" : fmt::format("of {} nodes {}", nodes.size(), text);
}

/// "acceptance" of "20261124T103335Z_acceptance-2".
std::string suite_of(const std::string& run) {
  const std::size_t begin = run.find('_');
  return begin == std::string::npos ? std::string() : run.substr(begin + 1);
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

bool EvidenceCollector::is_kept(const Finding& finding) const {
  return nodes_ <= evidence::whole_nodes || !is_plain(finding);
}

void EvidenceCollector::add(const NodeEvaluation& node, std::span<const Measurement> rows) {
  // How many nodes there will be is not known: a run may have no manifest.
  ++nodes_;
  if (nodes_ == evidence::whole_nodes + 1) {
    std::erase_if(evidence_.findings, [](const JudgedFinding& f) { return is_plain(f.finding); });
  }
  const Text* run = nullptr;
  std::uint64_t* rows_of_this = nullptr;
  for (const Measurement& m : rows) {
    if (run == nullptr || *run != m.run) run = &m.run, rows_of_this = &rows_of_run_[m.run];
    ++*rows_of_this;
    evidence_.simulated |= m.provenance == Provenance::simulated;
  }
  // What is no node of the manifest (a stray host, a leaf) has no verdict.
  if (!node.verdict.host.empty()) values_.add(node.verdict, node.findings);
  const DistributionCollector::Ceiling ceiling = [&](const Finding& f) {
    return ceiling_of(f, rows);
  };
  for (const Finding& f : node.findings) distributions_.add(f, ceiling);
  troubles_.add(node.findings, rows);
  add_findings(node, rows);
}

const Baseline* EvidenceCollector::baseline_of(const Measurement& row) const {
  const Expectations& expectations = baselines_.of_type(row.instance_type);
  const auto answered = expectations.answered_by(row);
  return answered.empty() ? nullptr : &expectations.all()[answered.front()];
}

std::optional<double> EvidenceCollector::ceiling_of(const Finding& finding,
                                                    std::span<const Measurement> rows) const {
  const auto row = std::ranges::find_if(rows, [&](const Measurement& m) {
    return m.metric == finding.metric && m.subject == finding.subject && m.peer == finding.peer &&
           m.bytes == finding.bytes && m.params == finding.params;
  });
  const Baseline* const baseline = row == rows.end() ? nullptr : baseline_of(*row);
  return baseline == nullptr ? std::nullopt : baseline->ceiling;
}

void EvidenceCollector::add_findings(const NodeEvaluation& node,
                                     std::span<const Measurement> rows) {
  std::vector<const Finding*> kept;
  for (const Finding& f : node.findings) {
    if (is_kept(f)) kept.push_back(&f);
  }
  if (kept.empty()) return;
  std::vector<Measurement> behind;
  if (kept.size() < node.findings.size()) {
    std::ranges::copy_if(rows, std::back_inserter(behind), [&](const Measurement& row) {
      return std::ranges::any_of(kept, [&](const Finding* f) {
        return f->metric == row.metric && f->subject == row.subject && f->peer == row.peer;
      });
    });
    rows = behind;
  }
  const auto all = series_of(rows);
  std::unordered_map<std::string, const Series*> by_id;
  for (const Series& series : all) by_id.emplace(finding_id(series.last()), &series);
  for (const Finding* const one : kept) {
    const Finding& f = *one;
    JudgedFinding judged;
    judged.finding = f;
    judged.finding.sentence = sentence_of(f);
    judged.command = repeat_command(f);
    if (const auto found = by_id.find(f.id); found != by_id.end()) {
      const Series& series = *found->second;
      for (const auto* part : {&series.values, &series.without}) {
        for (const Measurement* m : *part) judged.rows.push_back(*m);
      }
      std::sort(judged.rows.begin(), judged.rows.end(),
                [](const Measurement& a, const Measurement& b) { return a.time < b.time; });
      if (const Baseline* b = baseline_of(series.last())) {
        judged.ceiling = b->ceiling;
        judged.use = b->use;
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

void EvidenceCollector::read_devices(const RunDirectory& directory,
                                     const std::set<std::string>& hosts) {
  if (!fs::exists(directory.devices())) return;
  DeviceList devices(std::move(evidence_.devices));
  read_csv<Device>(
      directory.devices(),
      [&](const Device& device) {
        const bool wanted = nodes_ <= evidence::whole_nodes || hosts.contains(device.host);
        if (wanted && devices.size() < evidence::most_devices) devices.add(device);
      },
      BadRows::collect);
  evidence_.devices = devices.take();
}

void EvidenceCollector::read_burns(const RunDirectory& directory) {
  for (BurnCurve& curve : burn_curves(directory, evidence_.metrics)) {
    evidence_.burns.push_back(std::move(curve));
  }
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
    for (std::size_t i = evidence::with_rows; i < evidence_.findings.size(); ++i) {
      evidence_.findings[i].rows = {};
    }
  }
  evidence_.values = values_.finish();
  evidence_.distributions = distributions_.finish();
  evidence_.fabric = judgement.fabric;
  evidence_.trends = judgement.trends;
  evidence_.suspects = judgement.suspects.value_or(std::vector<SuspectedNode>());
  troubles_.finish(evidence_);
  evidence_.notes = judgement.notes;
  evidence_.torn_lines = judgement.torn_lines;
  evidence_.bad_rows = judgement.bad_rows;
  std::set<std::string> with_findings;
  for (const JudgedFinding& judged : evidence_.findings) with_findings.insert(judged.finding.host);
  SoftwareCollector software;
  for (const RunDirectory& directory : runs) {
    ReportedRun run;
    run.name = directory.name();
    run.directory = directory.path().string();
    run.suite = suite_of(run.name);
    run.rows = rows_of_run_[run.name];
    read_tasks(directory, run, evidence_);
    evidence_.runs.push_back(std::move(run));
    read_devices(directory, with_findings);
    software.read(directory.context());
    read_into(directory.metrics(), evidence_.metrics);
    if (nodes_ <= evidence::whole_nodes) read_burns(directory);
  }
  software.finish(evidence_);
  for (const UsedBaselines& used : baselines_.used()) {
    evidence_.baselines.push_back(
        {used.file.string(), used.instance_type, used.rows, used.learned, origin_of(used)});
  }
  return std::move(evidence_);
}

}  // namespace plumbline
