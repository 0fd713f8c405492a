#include "reports/evaluation/exact_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/evaluation/sentence.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

/// 0 for what is expected; otherwise how far away, a value of the wrong kind furthest.
double distance(const Measurement& m, const Baseline& b, const std::optional<double>& expected) {
  constexpr double other_kind = HUGE_VAL;
  if (!expected) return !m.median && m.text == b.expected ? 0 : other_kind;
  if (!m.median) return other_kind;
  const double size = std::abs(*expected);
  const double low = *expected + size * (b.low.value_or(0) - rule::rounding);
  const double high = *expected + size * (b.high.value_or(0) + rule::rounding);
  if (*m.median >= low && *m.median <= high) return 0;
  return std::abs(*m.median - *expected);
}

}  // namespace

void judge_exact(std::span<const Measurement* const> runs, const Baseline& b, Finding& f) {
  const auto expected = b.unit == "text" ? std::nullopt : parse_number(b.expected);
  const auto worst = *std::max_element(runs.begin(), runs.end(), [&](auto* x, auto* y) {
    return distance(*x, b, expected) < distance(*y, b, expected);
  });
  const auto wrong = static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [&](auto* m) { return distance(*m, b, expected) > 0; }));
  f.rule = "exact";
  f.value = worst->median;
  f.text = worst->text;
  if (expected && (b.low || b.high)) {
    f.low = *expected + std::abs(*expected) * b.low.value_or(0);
    f.high = *expected + std::abs(*expected) * b.high.value_or(0);
  }
  if (wrong == 0) {
    f.verdict = Verdict::pass;  // sentence_of() says it
    return;
  }
  std::string wanted = expected ? quantity(*expected, b.unit) : '"' + b.expected + '"';
  if (f.low) wanted += fmt::format(" ({} to {})", quantity(*f.low, ""), quantity(*f.high, ""));
  f.verdict = Verdict::fail;
  f.sentence = fmt::format("{} is {}", label(f), found_in(f));
  if (wrong < runs.size()) f.sentence += fmt::format(" in {} of {} runs", wrong, runs.size());
  f.sentence += "; expected is " + wanted;
  if (!worst->note.empty()) f.sentence += ": " + worst->note;
}

}  // namespace plumbline
