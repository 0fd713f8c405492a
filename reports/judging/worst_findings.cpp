#include "reports/judging/worst_findings.h"

#include <algorithm>

namespace plumbline {

void WorstFindings::add(const Finding& finding) {
  if (finding.verdict < Verdict::warn || count_ == 0) return;
  if (heap_.size() == count_) {
    if (!worse(finding, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), worse);
    heap_.pop_back();
  }
  heap_.push_back(finding);
  std::push_heap(heap_.begin(), heap_.end(), worse);
}

std::vector<Finding> WorstFindings::in_order() const {
  std::vector<Finding> findings = heap_;
  std::sort(findings.begin(), findings.end(), worse);
  return findings;
}

void FindingKinds::add(const Finding& finding) {
  if (finding.verdict < Verdict::warn) return;
  const auto [found, is_new] = kinds_.try_emplace({finding.verdict, finding.metric});
  auto& [kind, last_host] = found->second;
  if (is_new || worse(finding, kind.worst)) kind.worst = finding;
  ++kind.findings;
  if (is_new || last_host != finding.host) ++kind.nodes;
  last_host = finding.host;
}

std::vector<FindingKind> FindingKinds::in_order() const {
  std::vector<FindingKind> kinds;
  for (const auto& [name, entry] : kinds_) kinds.push_back(entry.kind);
  std::sort(kinds.begin(), kinds.end(),
            [](const FindingKind& a, const FindingKind& b) { return worse(a.worst, b.worst); });
  return kinds;
}

}  // namespace plumbline
