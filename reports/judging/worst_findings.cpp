#include "reports/judging/worst_findings.h"

#include <algorithm>
#include <tuple>

namespace plumbline {

bool worse(const Finding& a, const Finding& b) {
  const double left = a.deficit.value_or(0);
  const double right = b.deficit.value_or(0);
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  if (left != right) return left > right;
  return std::tie(a.host, a.metric, a.id) < std::tie(b.host, b.metric, b.id);
}

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

}  // namespace plumbline
