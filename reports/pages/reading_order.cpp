#include "reports/pages/reading_order.h"

#include <algorithm>
#include <iterator>

namespace plumbline {
namespace {

auto rank(Verdict verdict) {
  return std::distance(std::begin(reading_order), std::ranges::find(reading_order, verdict));
}

bool comes_before(const JudgedFinding* a, const JudgedFinding* b) {
  const Finding& left = a->finding;
  const Finding& right = b->finding;
  if (left.verdict != right.verdict) return rank(left.verdict) < rank(right.verdict);
  // Facts have no deficit: another number of devices weighs more than any slowness.
  constexpr double fact = 1e9;
  return needs_attention(left.verdict) &&
         left.deficit.value_or(fact) > right.deficit.value_or(fact);
}

}  // namespace

bool needs_attention(Verdict verdict) {
  return verdict != Verdict::pass && verdict != Verdict::unjudged;
}

std::vector<const JudgedFinding*> in_reading_order(const Evidence& evidence) {
  std::vector<const JudgedFinding*> order;
  order.reserve(evidence.findings.size());
  for (const JudgedFinding& judged : evidence.findings) order.push_back(&judged);
  std::ranges::stable_sort(order, comes_before);
  return order;
}

}  // namespace plumbline
