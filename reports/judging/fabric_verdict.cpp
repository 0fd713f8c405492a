#include "reports/judging/fabric_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/culprit_finding.h"
#include "reports/judging/fabric_pictures.h"

namespace plumbline {
namespace {

using localisation::Culprit;
using localisation::Element;
using localisation::Kind;

/// A NIC that was fast so often is not at fault for a path that was slow once.
constexpr std::uint32_t cleared = 2;

bool is_of_node(Kind kind) { return kind == Kind::node || kind == Kind::nic; }

const localisation::ClassReference& reference_of(const FabricGroup& group) {
  const auto& across = group.deviations.across_leaves;
  return across ? *across : *group.deviations.within_leaves;
}

/// The rule of every timed verdict, with a deficit that comes from several paths.
Verdict verdict_of(const FabricGroup& group, const Culprit& culprit) {
  if (!culprit.is_convicted()) return Verdict::inconclusive;
  const double paths = static_cast<double>(culprit.paths);
  const double h = verdict_z() * reference_of(group).sigma / std::sqrt(paths);
  if (culprit.deficit + h <= group.tolerance) return Verdict::warn;
  const bool fails = culprit.deficit - h > group.tolerance && culprit.paths >= rule::confirmed_runs;
  return fails ? Verdict::fail : Verdict::inconclusive;
}

}  // namespace

FabricVerdict::FabricVerdict(const PairRows& rows, const Manifest& manifest,
                             BaselineStore& baselines)
    : map_(std::make_unique<FabricMap>(rows, manifest)),
      failures_(rows, *map_),
      groups_(solve_groups(rows, *map_, baselines)) {
  for (const FabricGroup& group : groups_) {
    for (const Culprit& culprit : group.faults.culprits) take(group, culprit);
  }
  for (const auto& [element, found] : found_) {
    if (is_of_node(element.kind)) of_node_[element.index].push_back(element);
    for (const Element& other : found.culprit->alike) {
      if (!is_of_node(other.kind)) continue;
      auto& elements = of_node_[other.index];
      if (std::ranges::find(elements, element) == elements.end()) elements.push_back(element);
    }
  }
}

void FabricVerdict::take(const FabricGroup& group, const Culprit& culprit) {
  const Verdict verdict = verdict_of(group, culprit);
  const auto [entry, is_new] =
      found_.try_emplace(culprit.element, Found{&culprit, &group, 1, verdict});
  if (is_new) return;
  Found& found = entry->second;
  ++found.groups;
  const bool more_certain = std::pair(culprit.is_convicted(), culprit.gain) >
                            std::pair(found.culprit->is_convicted(), found.culprit->gain);
  if (more_certain) {
    found.culprit = &culprit;
    found.group = &group;
  }
  found.verdict = std::max(found.verdict, verdict);
}

std::string FabricVerdict::name_of(const Element& element) const {
  switch (element.kind) {
    case Kind::node:
      return map_->hosts[element.index];
    case Kind::nic:
      return map_->hosts[element.index] + '/' + map_->nic_name(element.index, element.second);
    case Kind::leaf_rail:
      return fmt::format("rail {} of leaf {}", element.second, map_->leaf_names[element.index]);
    default:
      return "leaf " + map_->leaf_names[element.index];
  }
}

std::string FabricVerdict::sentence_of(const Found& found) const {
  const Culprit& culprit = *found.culprit;
  const FabricGroup& group = *found.group;
  const auto& reference = reference_of(group);
  std::string text = name_of(culprit.element);
  for (const Element& other : culprit.alike) text += " or " + name_of(other);
  text += fmt::format(" is {} slower than the {} that others reach ({}) in {}",
                      percent(culprit.deficit), quantity(std::exp(reference.reference), group.unit),
                      localisation::reference_basis_names[reference.basis], group.name);
  if (found.groups > 1) text += fmt::format(" and {} more", counted(found.groups - 1, "kind"));
  text += fmt::format(": explains {}, {}", counted(culprit.paths, "path"), odds(culprit.gain));
  if (!culprit.alike.empty()) {
    text += "; nothing that was measured tells these apart";
  } else if (!culprit.is_certain) {
    text += "; more partners can tell";
  } else {
    text += fmt::format("; {} is allowed", percent(group.tolerance));
  }
  return text;
}

Finding FabricVerdict::finding_of(const ManifestEntry& node, const Found& found) const {
  const Element& own = found.culprit->element;
  std::string subject = own.kind == Kind::nic ? map_->nic_name(own.index, own.second) : "node";
  const std::uint32_t number = map_->node_of(node.host);
  if (own.index != number || !is_of_node(own.kind)) {  // of those that cannot be told from it
    for (const Element& other : found.culprit->alike) {
      if (!is_of_node(other.kind) || other.index != number) continue;
      subject = other.kind == Kind::nic ? map_->nic_name(other.index, other.second) : "node";
      break;
    }
  }
  Finding f = culprit_finding(node, found.group->family, *found.culprit, subject);
  f.verdict = found.verdict;
  f.text = part_of(own.kind);
  f.sentence = sentence_of(found);
  f.action = action_for(own.kind);
  f.resolution = found.group->least - found.group->gate;
  f.provenance = found.group->simulated ? Provenance::simulated : Provenance::measured;
  return f;
}

const FabricVerdict::Found* FabricVerdict::convicted(Element element) const {
  const auto found = found_.find(element);
  if (found == found_.end() || !found->second.culprit->is_convicted()) return nullptr;
  return &found->second;
}

bool FabricVerdict::judge_path(std::uint32_t node, Finding& f) const {
  const auto other = other_end(f.peer);
  if (!other || f.verdict < Verdict::warn || f.verdict == Verdict::missing ||
      f.better == Better::exact) {
    return false;
  }
  const std::uint32_t partner = map_->node_of(other->host);
  if (partner == FabricMap::nowhere) return false;
  const std::uint32_t rail = map_->rail_named(node, f.subject);
  const std::uint32_t other_rail = map_->rail_named(partner, other->nic);
  if (rail == FabricMap::nowhere || other_rail == FabricMap::nowhere) return false;
  const std::string key = kind_of_pair_row(f.metric, f.params);
  auto group = std::ranges::find_if(groups_, [&](const FabricGroup& g) {
    return g.key == key && g.instance_type == map_->types[node];
  });
  if (group == groups_.end()) group = groups_.begin();

  // A path is as slow as the slowest that it crosses.
  const auto slowest = [&](std::initializer_list<Element> elements) -> const Found* {
    const Found* worst = nullptr;
    for (const Element& element : elements) {
      const Found* const found = convicted(element);
      if (found && (!worst || found->culprit->deficit > worst->culprit->deficit)) worst = found;
    }
    return worst;
  };
  const auto& leaf_of = map_->fabric.leaf_of;
  const Found* const own = slowest({Element{Kind::node, node, 0}, Element{Kind::nic, node, rail}});
  const Found* there_found =
      slowest({Element{Kind::node, partner, 0}, Element{Kind::nic, partner, other_rail}});
  if (there_found == nullptr && leaf_of[node] != leaf_of[partner]) {
    there_found =
        slowest({Element{Kind::leaf, leaf_of[node], 0}, Element{Kind::leaf, leaf_of[partner], 0},
                 Element{Kind::leaf_rail, leaf_of[node], rail},
                 Element{Kind::leaf_rail, leaf_of[partner], other_rail}});
  }
  const std::string beyond = there_found ? name_of(there_found->culprit->element) : "";
  // An end that is a little slow itself, which has a finding of its own, is not what is much
  // slower.
  constexpr double much_slower = 2;
  if (own != nullptr && there_found != nullptr &&
      there_found->culprit->deficit > much_slower * own->culprit->deficit) {
    explain_by_another(f, beyond + " explains it");
    return true;
  }
  if (own != nullptr) {
    f.sentence += "; " + name_of(own->culprit->element) + " explains it";
    return true;
  }
  const EndRecord& here = group->end(node, rail);
  const EndRecord& there = group->end(partner, other_rail);
  if (!beyond.empty() && here.clean > 0) {
    explain_by_another(f, beyond + " explains it, this end was fast with others");
  } else if (!beyond.empty()) {
    f.verdict = Verdict::inconclusive;
    f.rule = "one of two ends";
    f.sentence +=
        fmt::format("; {} explains it, but this end was never fast with another partner", beyond);
  } else if (here.clean >= cleared && there.clean >= cleared) {
    f.verdict = std::min(f.verdict, Verdict::warn);
    f.rule = "slow once";
    f.sentence += "; both ends were fast with other partners";
  } else {
    f.verdict = std::min(f.verdict, Verdict::inconclusive);
    f.rule = "one of two ends";
    f.sentence += "; nothing tells which of the two ends is at fault";
    f.action = "Measure both again with other partners.";
  }
  return true;
}

/// Ends of slow paths that no culprit explains and that were not fast often enough besides.
bool FabricVerdict::add_unexplained(const ManifestEntry& entry, std::uint32_t node,
                                    std::vector<Finding>& findings) const {
  std::set<std::string> named;
  for (const Finding& f : findings) {
    if (f.rule == "culprit" || f.rule == "one of several" || f.rule == "one of two ends") {
      named.insert(f.subject);
    }
  }
  bool added = false;
  for (const FabricGroup& group : groups_) {
    if (group.instance_type != map_->types[node]) continue;
    for (std::uint32_t rail = 0; rail < group.rails; ++rail) {
      const EndRecord& end = group.end(node, rail);
      if (end.slow_with == FabricMap::nowhere || end.clean >= cleared) continue;
      const std::string& nic = map_->nic_name(node, rail);
      if (named.contains("node") || !named.insert(nic).second) continue;
      Culprit culprit;
      culprit.element = {Kind::nic, node, rail};
      culprit.deficit = -std::expm1(end.slowest);
      culprit.paths = 1;
      Finding f = culprit_finding(entry, group.family, culprit, nic);
      f.verdict = Verdict::inconclusive;
      f.rule = "one of two ends";
      f.text = part_of(Kind::nic);
      f.sentence = fmt::format(
          "{}/{} was {} slower than others with {} in {}, and fast with too few others to tell "
          "which of the two is at fault",
          entry.host, nic, percent(culprit.deficit), map_->hosts[end.slow_with], group.name);
      f.action = "Measure both again with other partners.";
      f.provenance = group.simulated ? Provenance::simulated : Provenance::measured;
      findings.push_back(std::move(f));
      added = true;
    }
  }
  return added;
}

bool FabricVerdict::judge(const ManifestEntry& entry, std::vector<Finding>& findings) const {
  const std::uint32_t node = map_->node_of(entry.host);
  if (node == FabricMap::nowhere) return false;
  bool changed = failures_.judge(entry, findings);
  if (groups_.empty()) return changed;
  for (Finding& f : findings) changed |= judge_path(node, f);
  if (const auto elements = of_node_.find(node); elements != of_node_.end()) {
    std::set<std::string> ids;
    for (const Element& element : elements->second) {
      Finding f = finding_of(entry, found_.at(element));
      if (ids.insert(f.id).second) findings.push_back(std::move(f));
    }
    changed = true;
  }
  changed |= add_unexplained(entry, node, findings);
  if (changed) sort_for_reading(findings);
  return changed;
}

std::vector<Finding> FabricVerdict::of_leaves() const {
  std::vector<Finding> findings;
  for (const auto& [element, found] : found_) {
    if (element.kind != Kind::leaf && element.kind != Kind::leaf_rail) continue;
    ManifestEntry leaf;
    leaf.host = map_->leaf_names[element.index];
    leaf.instance_type = found.group->instance_type;
    const std::string rail =
        element.kind == Kind::leaf_rail ? fmt::format("rail{}", element.second) : "";
    Finding f = culprit_finding(leaf, found.group->family, *found.culprit, "leaf", rail);
    f.verdict = found.verdict;
    f.text = part_of(element.kind);
    f.sentence = sentence_of(found);
    f.action = action_for(element.kind);
    f.provenance = found.group->simulated ? Provenance::simulated : Provenance::measured;
    findings.push_back(std::move(f));
  }
  return findings;
}

std::vector<SuspectedNode> FabricVerdict::suspects() const {
  std::map<std::uint32_t, std::string> reasons = failures_.suspects();
  for (const FabricGroup& group : groups_) {
    for (const std::uint32_t node : group.faults.suspects) {
      std::string& reason = reasons[node];
      if (!reason.empty()) continue;
      reason = "slow in " + group.name;
      const auto elements = of_node_.find(node);
      if (elements != of_node_.end()) {
        const Found& found = found_.at(elements->second.front());
        reason = sentence_of(found);
      }
    }
  }
  std::vector<SuspectedNode> nodes;
  for (auto& [node, reason] : reasons) nodes.push_back({map_->hosts[node], std::move(reason)});
  return nodes;
}

std::vector<FabricPicture> FabricVerdict::pictures(const PairRows& rows) const {
  std::set<std::uint32_t> suspects;
  for (const auto& [node, reason] : failures_.suspects()) suspects.insert(node);
  for (const FabricGroup& group : groups_) {
    suspects.insert(group.faults.suspects.begin(), group.faults.suspects.end());
  }
  return fabric_pictures(groups_, *map_, rows, suspects);
}

std::vector<std::string> FabricVerdict::notes() const {
  std::vector<std::string> notes;
  for (const FabricGroup& group : groups_) {
    const auto& reference = reference_of(group);
    notes.push_back(fmt::format(
        "{} between {}: {} in {}, {} expected ({}), noise of one path {}; deficits of a NIC or "
        "node "
        "from {} on are found",
        group.name, counted(group.nodes, "node"), counted(group.paths, "path"),
        counted(group.rounds, "round"), quantity(std::exp(reference.reference), group.unit),
        localisation::reference_basis_names[reference.basis], percent(reference.sigma),
        percent(group.least)));
    std::size_t congested = 0;
    for (const Culprit& culprit : group.faults.culprits) {
      congested += culprit.element.kind == Kind::leaf_round && culprit.is_certain ? 1U : 0U;
    }
    if (congested > 0) {
      notes.push_back(fmt::format("{}: the uplinks of {} were slow in one round only: congestion",
                                  group.name, counted(congested, "leaf")));
    }
  }
  return notes;
}

}  // namespace plumbline
