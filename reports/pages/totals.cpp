#include "reports/pages/totals.h"

#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace plumbline {

std::uint64_t Totals::all_findings() const {
  return std::accumulate(findings.begin(), findings.end(), std::uint64_t{0});
}

std::uint64_t count_of(const NodeVerdict& node, Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return node.pass;
    case Verdict::unjudged:
      return node.unjudged;
    case Verdict::warn:
      return node.warn;
    case Verdict::inconclusive:
      return node.inconclusive;
    case Verdict::missing:
      return node.missing;
    case Verdict::fail:
      return node.fail;
  }
  return 0;
}

std::uint64_t findings_of(const NodeVerdict& node) {
  return node.pass + node.unjudged + node.warn + node.inconclusive + node.missing + node.fail;
}

std::vector<NodeVerdict> all_nodes(const Evidence& evidence) {
  std::unordered_map<std::string, const NodeVerdict*> by_host;
  for (const NodeVerdict& node : evidence.nodes) by_host.emplace(node.host, &node);
  std::vector<NodeVerdict> nodes;
  std::unordered_set<std::string> listed;
  for (const ManifestEntry& entry : evidence.manifest) {
    if (!listed.insert(entry.host).second) continue;
    const auto found = by_host.find(entry.host);
    if (found != by_host.end()) {
      nodes.push_back(*found->second);
      continue;
    }
    NodeVerdict absent;
    absent.host = entry.host;
    absent.instance_type = entry.instance_type;
    absent.reason = "in the manifest, and nothing was measured";
    nodes.push_back(std::move(absent));
  }
  for (const NodeVerdict& node : evidence.nodes) {
    if (listed.insert(node.host).second) nodes.push_back(node);
  }
  return nodes;
}

Totals totals_of(const Evidence& evidence) {
  Totals totals;
  for (const NodeVerdict& node : all_nodes(evidence)) {
    ++totals.nodes;
    ++totals.node_outcomes[static_cast<std::size_t>(node.outcome)];
    for (std::size_t v = 0; v < totals.findings.size(); ++v) {
      totals.findings[v] += count_of(node, static_cast<Verdict>(v));
    }
    if (findings_of(node) == 0) ++totals.nodes_without_rows;
  }
  const std::uint64_t all = totals.all_findings();
  totals.left_out = all > evidence.findings.size() ? all - evidence.findings.size() : 0;
  for (const Trouble& trouble : evidence.troubles) {
    if (trouble.what == outcome_names[Outcome::failed]) totals.not_measured += trouble.rows;
    if (trouble.what == outcome_names[Outcome::skipped]) totals.skipped += trouble.rows;
  }
  totals.bad_rows = evidence.bad_rows.size() + evidence.torn_lines.size();
  return totals;
}

}  // namespace plumbline
