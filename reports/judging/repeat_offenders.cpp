#include "reports/judging/repeat_offenders.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// Parts by host and subject.
using PartsOfRun = std::map<std::pair<std::string, std::string>, std::string>;

PartsOfRun parts_of(const HistoryRun& run) {
  PartsOfRun parts;
  for (const PathPart& part : run.part_of) {
    const TimedColumns::Path& path = run.table.paths[part.path];
    if (!path.peer.empty()) continue;
    parts[{run.table.hosts[part.host], path.subject}] = run.parts[part.part];
  }
  return parts;
}

std::set<std::string> rejected_hosts(const RunDirectory& run) {
  std::set<std::string> hosts;
  if (!fs::exists(run.nodes())) return hosts;
  try {
    read_csv<NodeVerdict>(
        run.nodes(),
        [&](const NodeVerdict& node) {
          if (node.outcome == NodeOutcome::reject) hosts.insert(node.host);
        },
        BadRows::collect);
  } catch (const std::exception&) {
    hosts.clear();  // of another version: it says nothing
  }
  return hosts;
}

/// The failing findings alone: a large run has millions of others. `id` has eight digits, so the
/// verdict stands at the same place in every line.
std::vector<Finding> failures_of(const RunDirectory& run) {
  std::vector<Finding> found;
  std::ifstream file(run.findings(), std::ios::binary);
  constexpr std::string_view failing = ",FAIL,";
  constexpr std::size_t place = std::string_view("1,01234567").size();
  for (std::string line; std::getline(file, line);) {
    if (line.compare(place, failing.size(), failing) != 0) continue;
    try {
      found.push_back(csv_record<Finding>(line));
    } catch (const std::exception&) {  // cut, or of another version
    }
  }
  return found;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

RepeatOffenders::RepeatOffenders(const History& history, const HistoryRun& present) {
  for (const auto& [place, part] : parts_of(present)) {
    parts_[place.first].emplace_back(place.second, part);
  }
  runs_ = history.runs.size();
  for (std::size_t i = 0; i < history.runs.size(); ++i) {
    read(history.directories[i], history.runs[i]);
  }
}

void RepeatOffenders::add(Failures& failures, const std::string& run, const Finding& f) {
  add_once(failures.runs, run);
  add_once(failures.hosts, f.host);
  failures.last = f.sentence;
}

void RepeatOffenders::read(const RunDirectory& directory, const HistoryRun& run) {
  const std::set<std::string> rejected = rejected_hosts(directory);
  if (rejected.empty()) return;
  const PartsOfRun parts = parts_of(run);
  for (const Finding& f : failures_of(directory)) {
    if (!rejected.contains(f.host)) continue;
    // What a part did is not held against the host that it was in.
    const auto part = f.peer.empty() ? parts.find({f.host, f.subject}) : parts.end();
    add(part != parts.end() ? by_part_[part->second] : by_host_[f.host], run.run, f);
  }
}

Finding RepeatOffenders::finding_of(const ManifestEntry& node, const std::string& subject,
                                    const std::string& part, const Failures& failures) const {
  Measurement m;
  m.host = node.host;
  m.instance_type = node.instance_type;
  m.probe = "history";
  m.metric = "history.failures";
  m.subject = subject;
  m.unit = "count";
  Finding f = finding_about(m);
  f.verdict = Verdict::warn;
  f.rule = "repeat offender";
  f.value = static_cast<double>(failures.runs.size());
  f.runs = runs_;
  std::vector<std::string> others = failures.hosts;
  std::erase(others, node.host);
  f.sentence = fmt::format("{}{}{} failed in {} of {} earlier runs, last in {}: {}",
                           subject == "node" ? "" : subject, subject == "node" ? node.host : "",
                           part.empty() ? "" : " (" + part + ')', failures.runs.size(), runs_,
                           failures.runs.back(), failures.last);
  if (!others.empty()) {
    f.sentence += fmt::format("; it was in {} then, too", fmt::join(others, ", "));
  }
  f.action = part.empty() ? "Take the node out of service: it comes back after each repair."
                          : "Replace the part: it comes back after each repair.";
  return f;
}

bool RepeatOffenders::judge(const ManifestEntry& node, std::vector<Finding>& findings) const {
  const std::size_t before = findings.size();
  const bool is_simulated =
      !findings.empty() && findings.front().provenance == Provenance::simulated;
  if (const auto parts = parts_.find(node.host); parts != parts_.end()) {
    for (const auto& [subject, part] : parts->second) {
      const auto failures = by_part_.find(part);
      if (failures == by_part_.end() || failures->second.runs.size() < least_runs) continue;
      findings.push_back(finding_of(node, subject, part, failures->second));
    }
  }
  const auto failures = by_host_.find(node.host);
  if (failures != by_host_.end() && failures->second.runs.size() >= least_runs) {
    findings.push_back(finding_of(node, "node", "", failures->second));
  }
  for (std::size_t i = before; i < findings.size() && is_simulated; ++i) {
    findings[i].provenance = Provenance::simulated;
  }
  if (findings.size() == before) return false;
  sort_for_reading(findings);
  return true;
}

}  // namespace plumbline
