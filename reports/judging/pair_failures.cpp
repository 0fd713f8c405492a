#include "reports/judging/pair_failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/pair_task.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/culprit_finding.h"

namespace plumbline {
namespace {

using localisation::Culprit;
using localisation::Element;
using localisation::Kind;
using localisation::PairPath;

/// A path works or does not: so far apart that one failure says as much as one path may.
constexpr double failed = -1;
constexpr double sigma = 0.25;

/// One measurement of one kind in one direction; it worked if one of its attempts did.
struct Trial {
  PairPath path;
  std::size_t kind = 0;
  bool backwards = false;
  bool worked = false;

  auto place() const { return std::tuple(path.a, path.b, path.round, path.rail_a, path.rail_b); }
  auto series() const { return std::tuple(place(), kind, backwards); }
};

using End = std::pair<std::uint32_t, std::uint32_t>;  // node and rail

bool crosses(const Element& element, const End& end) {
  return element.index == end.first &&
         (element.kind == Kind::node ||
          (element.kind == Kind::nic && element.second == end.second));
}

/// Who failed with others that never worked either is not known to be the one at fault: at least
/// two partners must have worked with someone.
void ask_partners(const std::vector<PairPath>& paths, const std::map<End, std::size_t>& good,
                  Culprit& culprit) {
  constexpr std::size_t least_partners = 2;
  std::set<End> partners;
  for (const PairPath& path : paths) {
    if (path.deviation >= 0) continue;
    const End a{path.a, path.rail_a};
    const End b{path.b, path.rail_b};
    if (crosses(culprit.element, a) && good.contains(b)) partners.insert(b);
    if (crosses(culprit.element, b) && good.contains(a)) partners.insert(a);
  }
  if (partners.size() < least_partners) culprit.is_certain = false;
}

/// Paths of which every kind and direction worked, and the others.
std::vector<PairPath> paths_of(std::vector<Trial> trials) {
  std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return std::tuple(a.series(), b.worked) < std::tuple(b.series(), a.worked);
  });
  std::vector<PairPath> paths;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& first = trials[i];  // of its series the one that worked, if any did
    while (i + 1 < trials.size() && trials[i + 1].series() == first.series()) ++i;
    const bool is_new = paths.empty() || Trial{paths.back()}.place() != first.place();
    if (is_new) {
      paths.push_back(first.path);
      paths.back().deviation = 0;
      paths.back().sigma = sigma;
    }
    if (!first.worked) paths.back().deviation = failed;
  }
  return paths;
}

Trial trial_of(const PairRow& row, std::uint32_t from, std::uint32_t to, std::uint32_t rail_from,
               std::uint32_t rail_to, std::size_t kind) {
  Trial trial{{from, to, row.round, rail_from, rail_to, 0, 0}, kind, from > to, row.rate > 0};
  if (trial.backwards) {
    std::swap(trial.path.a, trial.path.b);
    std::swap(trial.path.rail_a, trial.path.rail_b);
  }
  return trial;
}

}  // namespace

PairFailures::PairFailures(const PairRows& rows, const FabricMap& map) : map_(map) {
  search_nics(rows);
  search_tasks(rows);
}

void PairFailures::search_nics(const PairRows& rows) {
  std::vector<Trial> trials;
  const PairRow* failure = nullptr;
  std::string family;
  std::size_t number = 0;
  for (const auto& [key, kind] : rows.kinds()) {
    for (const PairRow& row : kind.rows) {
      const std::uint32_t from = map_.node_of(row.from_host);
      const std::uint32_t to = map_.node_of(row.to_host);
      if (from == FabricMap::nowhere || to == FabricMap::nowhere) continue;
      trials.push_back(trial_of(row, from, to, map_.rail_of(from, row.from_nic),
                                map_.rail_of(to, row.to_nic), number));
      if (row.rate > 0) continue;
      failure = &row;
      family = family_of(kind.metric);
    }
    ++number;
  }
  if (failure == nullptr) return;
  const auto paths = paths_of(std::move(trials));
  localisation::FabricRule rule = localisation::rail_rule();
  rule.leaf_round = localisation::FabricRule().leaf_round;
  for (const PairPath& path : paths) {
    if (path.deviation < 0) continue;
    ++good_paths_[{path.a, path.rail_a}];
    ++good_paths_[{path.b, path.rail_b}];
  }
  for (Culprit& culprit : localisation::find_faults(map_.fabric, paths, rule).culprits) {
    ask_partners(paths, good_paths_, culprit);
    found_[culprit.element] = {culprit, family, failure->simulated};
  }
}

void PairFailures::search_tasks(const PairRows& rows) {
  std::vector<Trial> trials;
  bool simulated = false;
  bool any_failed = false;
  for (const PairRow& row : rows.tasks()) {
    const std::uint32_t from = map_.node_of(row.from_host);
    const std::uint32_t to = map_.node_of(row.to_host);
    if (from == FabricMap::nowhere || to == FabricMap::nowhere) continue;
    trials.push_back(trial_of(row, from, to, 0, 0, 0));
    simulated |= row.simulated;
    any_failed |= row.rate == 0;
  }
  if (!any_failed) return;
  const auto paths = paths_of(std::move(trials));
  localisation::Fabric fabric = map_.fabric;
  fabric.rails = 0;
  for (const PairPath& path : paths) {
    if (path.deviation < 0) continue;
    ++good_tasks_[{path.a, 0}];
    ++good_tasks_[{path.b, 0}];
  }
  for (Culprit& culprit : localisation::find_faults(fabric, paths).culprits) {
    if (culprit.element.kind != Kind::node) continue;
    ask_partners(paths, good_tasks_, culprit);
    found_.try_emplace(culprit.element, Failing{culprit, "runner", simulated});
  }
}

bool PairFailures::is_convicted(const Element& element) const {
  const auto found = found_.find(element);
  return found != found_.end() && found->second.culprit.is_convicted();
}

std::string PairFailures::sentence_of(const Failing& failing) const {
  const Element& element = failing.culprit.element;
  const bool is_nic = element.kind == Kind::nic;
  return fmt::format(
      "{} failed with {}: explains {}, {}",
      is_nic ? map_.hosts[element.index] + '/' + map_.nic_name(element.index, element.second)
             : map_.hosts[element.index],
      is_nic ? "the NICs of others" : "other hosts",
      counted(failing.culprit.paths, is_nic ? "path" : "pair"), odds(failing.culprit.gain));
}

bool PairFailures::clear_path(std::uint32_t node, Finding& f) const {
  const auto other = other_end(f.peer);
  if (!other || f.rule != "failed") return false;
  const std::uint32_t partner = map_.node_of(other->host);
  const std::uint32_t rail = map_.rail_named(node, f.subject);
  if (partner == FabricMap::nowhere || rail == FabricMap::nowhere) return false;
  const std::uint32_t other_rail = map_.rail_named(partner, other->nic);
  const bool by_nic =
      other_rail != FabricMap::nowhere && is_convicted({Kind::nic, partner, other_rail});
  if (!by_nic && !is_convicted({Kind::node, partner, 0})) return false;
  if (!good_paths_.contains({node, rail})) return false;
  explain_by_another(f, fmt::format("{} explains it, this end works with others",
                                    by_nic ? f.peer : map_.hosts[partner]));
  return true;
}

bool PairFailures::clear_task(std::uint32_t node, Finding& f) const {
  if (f.metric != task_metric) return false;
  const auto step = f.params.find("step");
  const auto task = step == f.params.end() ? std::nullopt : pair_task(step->second);
  if (!task) return false;
  const std::string_view other = task->first == map_.hosts[node] ? task->second : task->first;
  const std::uint32_t partner = map_.node_of(other);
  if (partner == FabricMap::nowhere || !good_tasks_.contains({node, 0})) return false;
  if (!is_convicted({Kind::node, partner, 0})) return false;
  explain_by_another(f, fmt::format("{} explains it, this host works with others", other));
  return true;
}

bool PairFailures::judge(const ManifestEntry& entry, std::vector<Finding>& findings) const {
  const std::uint32_t node = map_.node_of(entry.host);
  if (found_.empty() || node == FabricMap::nowhere) return false;
  bool changed = false;
  for (Finding& f : findings) {
    if (f.verdict == Verdict::missing) changed |= clear_path(node, f) || clear_task(node, f);
  }
  bool has_nic = false;
  for (const auto& [element, failing] : found_) {
    const bool is_own = element.index == node && failing.culprit.is_convicted() &&
                        (element.kind == Kind::nic || element.kind == Kind::node);
    has_nic |= is_own && element.kind == Kind::nic;
  }
  for (const auto& [element, failing] : found_) {
    if (element.index != node || !failing.culprit.is_convicted()) continue;
    if (element.kind != Kind::nic && (element.kind != Kind::node || has_nic)) continue;
    Finding f = culprit_finding(
        entry, failing.family, failing.culprit,
        element.kind == Kind::nic ? map_.nic_name(element.index, element.second) : "node");
    // A NIC that moves nothing is broken; a host that fails as a whole may be gone or set up wrong.
    const bool is_broken =
        element.kind == Kind::nic && failing.culprit.paths >= rule::confirmed_runs;
    f.verdict = is_broken ? Verdict::fail : Verdict::missing;
    f.deficit.reset();
    f.text = "fails";
    f.sentence = sentence_of(failing);
    f.action = element.kind == Kind::nic
                   ? action_for(Kind::nic)
                   : "Look at the host: whether it is there, and what its tasks printed.";
    f.provenance = failing.simulated ? Provenance::simulated : Provenance::measured;
    findings.push_back(std::move(f));
    changed = true;
  }
  if (changed) sort_for_reading(findings);
  return changed;
}

std::map<std::uint32_t, std::string> PairFailures::suspects() const {
  std::map<std::uint32_t, std::string> nodes;
  for (const Kind kind : {Kind::nic, Kind::node}) {  // a NIC tells more than that tasks failed
    for (const auto& [element, failing] : found_) {
      if (element.kind == kind) nodes.try_emplace(element.index, sentence_of(failing));
    }
  }
  return nodes;
}

}  // namespace plumbline
