#include "reports/pages/fault_domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "reports/evaluation/node.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/pages/reading_order.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

constexpr std::size_t most_parts = 4;  // of one node; more are a matter of the node

bool names_a_culprit(const Finding& finding) { return finding.metric.ends_with(".culprit"); }

bool is_of_the_network(const Finding& finding) {
  return std::ranges::any_of(finding.params, [](const auto& param) {
    return param.first == "kind" && param.second.starts_with("leaf");
  });
}

std::string part_of(const Finding& finding) {
  if (finding.subject == "node" || finding.metric == node_metric) return {};
  // The other end of a path to another host is not what this host's finding is about.
  const bool to_another_host = finding.peer.find('/') != std::string::npos;
  return finding.peer.empty() || to_another_host ? finding.subject.str() : path_of(finding);
}

/// True if `a` says better than `b` what is wrong.
bool says_more(const Finding& a, const Finding& b) {
  const auto rank = [](const Finding& f) {
    return std::tuple(f.verdict, names_a_culprit(f), f.deficit.value_or(1e9));
  };
  return rank(a) > rank(b);
}

void take(FaultDomain& domain, const JudgedFinding& judged) {
  const Finding& finding = judged.finding;
  ++domain.findings[static_cast<std::size_t>(finding.verdict)];
  domain.verdict = std::max(domain.verdict, finding.verdict);
  if (domain.said_by == nullptr || says_more(finding, domain.said_by->finding)) {
    domain.said_by = &judged;
  }
}

}  // namespace

std::uint64_t FaultDomain::all_findings() const {
  return std::accumulate(findings.begin(), findings.end(), std::uint64_t{0});
}

std::vector<FaultDomain> fault_domains(const Evidence& evidence) {
  std::map<std::string, std::map<std::string, std::vector<const JudgedFinding*>>> by_host;
  std::vector<FaultDomain> domains;
  std::map<std::string, FaultDomain> network;
  for (const JudgedFinding& judged : evidence.findings) {
    const Finding& finding = judged.finding;
    if (!needs_attention(finding.verdict)) continue;
    if (is_of_the_network(finding)) {
      FaultDomain& leaf = network[finding.host];
      leaf.kind = DomainKind::network;
      leaf.host = finding.host;
      leaf.name = "leaf " + finding.host;
      take(leaf, judged);
    } else {
      by_host[finding.host][part_of(finding)].push_back(&judged);
    }
  }
  for (auto& [host, leaf] : network) domains.push_back(std::move(leaf));
  for (const auto& [host, parts] : by_host) {
    const bool scattered = parts.size() > most_parts;
    FaultDomain node;
    for (const auto& [part, findings] : parts) {
      FaultDomain own;
      FaultDomain& domain = scattered ? node : own;
      domain.host = host;
      domain.kind = scattered || part.empty() ? DomainKind::node : DomainKind::part;
      domain.name = scattered      ? fmt::format("the node: {} parts", parts.size())
                    : part.empty() ? "the node"
                                   : part;
      for (const JudgedFinding* judged : findings) take(domain, *judged);
      if (!scattered) domains.push_back(std::move(own));
    }
    if (scattered) domains.push_back(std::move(node));
  }
  std::ranges::stable_sort(domains, [](const FaultDomain& a, const FaultDomain& b) {
    const auto rank = [](const FaultDomain& domain) {
      return std::tuple(domain.verdict, domain.kind == DomainKind::network,
                        domain.said_by->finding.deficit.value_or(1e9));
    };
    return rank(a) > rank(b);
  });
  return domains;
}

std::string confidence_of(const Finding& finding) {
  const std::string runs = count_of(finding.runs, "run");
  if (names_a_culprit(finding)) {
    const std::string paths = count_of(finding.runs, "path");
    return finding.verdict == Verdict::fail
               ? fmt::format("convicted: explains {}, odds of 100 to 1 or more", paths)
               : fmt::format("suspect: explains {}", paths);
  }
  switch (finding.verdict) {
    case Verdict::missing:
      return "not measured";
    case Verdict::inconclusive:
      return fmt::format("undecided after {}", runs);
    case Verdict::fail:
      if (finding.better == Better::exact) return fmt::format("a fact, read in {}", runs);
      return finding.runs >= static_cast<std::uint64_t>(rule::confirmed_runs)
                 ? fmt::format("confirmed by {}: its interval lies beyond the limit", runs)
                 : fmt::format("{}, not yet confirmed", runs);
    default:
      return fmt::format("{}, within the limits", runs);
  }
}

}  // namespace plumbline
