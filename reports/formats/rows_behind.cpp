#include "reports/formats/rows_behind.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "reports/evaluation/node.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/series.h"
#include "reports/judging/culprit_finding.h"
#include "reports/judging/pair_rows.h"
#include "results/schema/manifest.h"

namespace plumbline {
namespace {

bool is_culprit(const Finding& f) { return f.metric == culprit_metric(family_of(f.metric)); }

bool is_of_whole_node(const Finding& f) { return f.metric == node_metric; }

bool is_missing_subject(const Finding& f) {
  return f.verdict == Verdict::missing && f.rule == "expected subject";
}

/// Whether a path crosses what a culprit finding names.
class Crossing {
 public:
  Crossing(const Finding& f, const Manifest& manifest) : f_(f) {
    const auto kind = f.params.find("kind");
    if (kind != f.params.end()) kind_ = localisation::kind_names.find(kind->second);
    for (const ManifestEntry& node : manifest) {
      for (const std::string* place : {&node.network_node_1, &node.network_node_2,
                                       &node.network_node_3, &node.network_node_4}) {
        if (!place->empty() && *place == f.host) below_.insert(node.host);
      }
    }
  }

  bool by(const Measurement& m) const {
    using localisation::Kind;
    if (!kind_ || m.better == Better::exact || m.peer.empty()) return false;
    if (family_of(m.metric) != family_of(f_.metric)) return false;
    const auto other = other_end(m.peer);
    switch (*kind_) {
      case Kind::gpu:
        return is_here(m) && (m.subject == f_.subject || m.peer == f_.subject);
      case Kind::gpu_sending:
        return is_here(m) && m.subject == f_.subject;
      case Kind::gpu_receiving:
        return is_here(m) && m.peer == f_.subject;
      case Kind::gpu_pair:
        return is_here(m) && ((m.subject == f_.subject && m.peer == f_.peer) ||
                              (m.subject == f_.peer && m.peer == f_.subject));
      case Kind::all_gpus:
        return is_here(m) && m.subject.starts_with("gpu") && m.peer.starts_with("gpu");
      case Kind::nic:
        return other && ((is_here(m) && m.subject == f_.subject) ||
                         (other->host == f_.host && other->nic == f_.subject));
      case Kind::node:
        return other && (is_here(m) || other->host == f_.host);
      case Kind::leaf:
      case Kind::leaf_round:
      case Kind::leaf_rail:
        return other && below_.contains(m.host) != below_.contains(std::string(other->host));
    }
    return false;
  }

 private:
  bool is_here(const Measurement& m) const { return m.host == f_.host; }

  const Finding& f_;
  std::optional<localisation::Kind> kind_;
  std::set<std::string> below_;  ///< the hosts of a leaf
};

bool stands_for_missing(const Finding& f, const Measurement& m) {
  if (m.host != f.host || m.outcome == Outcome::ok) return false;
  if (m.metric == task_metric) return m.probe == f.probe;
  return m.metric == f.metric;
}

bool contradicts_node(const Finding& f, const Measurement& m) {
  if (m.host != f.host) return false;
  if (f.rule == "provenance") return m.provenance == Provenance::simulated;
  if (f.rule == "instance type") return m.instance_type != f.instance_type;
  return f.rule == "not in the manifest";
}

/// Where a row lies beside what is as good as it can be: the smaller, the worse.
double goodness(const Measurement& m) {
  if (m.outcome != Outcome::ok || !m.median) return -1;
  return m.better == Better::lower && *m.median > 0 ? 1 / *m.median : *m.median;
}

class Picker {
 public:
  Picker(std::span<const Finding> findings, const Manifest& manifest)
      : findings_(findings), rows_(findings.size()) {
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const Finding& f = findings[i];
      series_.emplace(f.host + '\n' + f.id, i);
      if (is_culprit(f)) crossings_.emplace_back(i, Crossing(f, manifest));
      if (is_missing_subject(f) || is_of_whole_node(f)) others_.push_back(i);
    }
  }

  void look_at(const Measurement& m) {
    const auto found = series_.find(m.host + '\n' + finding_id(m));
    if (found != series_.end()) rows_[found->second].push_back(m);
    for (const auto& [i, crossing] : crossings_) {
      if (crossing.by(m)) rows_[i].push_back(m);
    }
    for (const std::size_t i : others_) {
      const Finding& f = findings_[i];
      const bool own = found != series_.end() && found->second == i;
      if (!own && (is_of_whole_node(f) ? contradicts_node(f, m) : stands_for_missing(f, m))) {
        rows_[i].push_back(m);
      }
    }
  }

  std::vector<std::vector<Measurement>> in_order() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool slowest_first = is_culprit(findings_[i]);
      std::stable_sort(rows_[i].begin(), rows_[i].end(),
                       [&](const Measurement& a, const Measurement& b) {
                         return slowest_first ? goodness(a) < goodness(b) : a.time < b.time;
                       });
    }
    return std::move(rows_);
  }

 private:
  std::span<const Finding> findings_;
  std::unordered_map<std::string, std::size_t> series_;  ///< by host and id
  std::vector<std::pair<std::size_t, Crossing>> crossings_;
  std::vector<std::size_t> others_;
  std::vector<std::vector<Measurement>> rows_;
};

}  // namespace

std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  const RunDirectory& run) {
  Manifest manifest;
  if (std::filesystem::exists(run.manifest())) manifest = read_all<ManifestEntry>(run.manifest());
  Picker rows(findings, manifest);
  if (std::filesystem::exists(run.measurements())) {
    read_csv<Measurement>(
        run.measurements(), [&](const Measurement& m) { rows.look_at(m); }, BadRows::collect);
  }
  return rows.in_order();
}

std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  std::span<const Measurement> all) {
  Picker rows(findings, {});
  for (const Measurement& m : all) rows.look_at(m);
  return rows.in_order();
}

bool has_rows_of_others(const Finding& f) {
  return is_culprit(f) || is_missing_subject(f) || is_of_whole_node(f);
}

}  // namespace plumbline
