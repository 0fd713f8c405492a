#include "reports/evaluation/series_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/evaluation/exact_rule.h"
#include "reports/evaluation/expectations.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/timed_rule.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

bool is_positive(const Measurement* m) { return m->median && *m->median > 0; }

std::vector<RunValue> run_values(const Series& series, double spread) {
  std::vector<RunValue> runs;
  for (const Measurement* m : series.values) {
    runs.push_back({*m->median, variance_within(*m, spread)});
  }
  return runs;
}

/// The worst sample of each run, as a value with the run-to-run noise alone.
std::vector<RunValue> worst_values(const Series& series) {
  std::vector<RunValue> runs;
  for (const Measurement* m : series.values) {
    const auto& worst = m->better == Better::lower ? m->max : m->min;
    runs.push_back({worst && *worst > 0 ? *worst : *m->median, 0});
  }
  return runs;
}

/// Whether at least half of the runs carry this flag: then it is the machine's, and no accident.
bool is_mostly(const Series& series, std::string_view flag) {
  const auto flagged =
      std::count_if(series.values.begin(), series.values.end(), [&](const Measurement* m) {
        return std::find(m->flags.begin(), m->flags.end(), flag) != m->flags.end();
      });
  return 2 * static_cast<std::size_t>(flagged) >= series.values.size();
}

void take_interval(const TimedVerdict& v, Finding& f) {
  f.value = v.value;
  f.ci_low = v.ci_low;
  f.ci_high = v.ci_high;
}

void set(Finding& f, Verdict verdict, const char* rule, std::string sentence) {
  f.verdict = verdict;
  f.rule = rule;
  f.sentence = std::move(sentence);
}

/// What the flags of the runs say, for the end of a sentence.
std::string flags_of(const Series& series) {
  std::set<std::string> flags;
  for (const Measurement* m : series.values) flags.insert(m->flags.begin(), m->flags.end());
  std::string text;
  for (const std::string& flag : flags) {
    text += (text.empty() ? "; flagged " : ", ") + flag;
  }
  return text;
}

/// The value with its interval, where nothing is expected of it.
void describe(const Series& series, Finding& f) {
  const Measurement& last = *series.values.back();
  f.text = last.text;
  std::string found = last.median ? quantity(*last.median, f.unit) : '"' + last.text + '"';
  f.value = last.median;
  if (f.better != Better::exact &&
      std::all_of(series.values.begin(), series.values.end(), is_positive)) {
    const double spread = default_spread(f.metric, f.better);
    const TimedVerdict v = judge_timed(run_values(series, spread), {*last.median, {}, {}}, spread);
    take_interval(v, f);
    found = fmt::format("{} ({} to {}, {})", quantity(v.value, f.unit), quantity(v.ci_low, ""),
                        quantity(v.ci_high, ""), counted(f.runs, "run"));
  }
  set(f, Verdict::unjudged, "nothing expected",
      fmt::format("{} is {}; nothing is expected of it", label(f), found));
}

/// A median says nothing about a machine that is fast at times and slow at others, or slower and
/// slower: there the worst samples are judged as well. What never settled is not known well enough
/// to fail for them.
void judge_states(const Series& series, const Limits& limits, double spread, Finding& f) {
  const bool has_two = is_mostly(series, "bimodal");
  if (!has_two && !is_mostly(series, "unsteady")) return;
  const TimedVerdict worst = judge_timed(worst_values(series), limits, spread);
  const Verdict verdict = has_two ? worst.verdict : std::min(worst.verdict, Verdict::inconclusive);
  if (verdict <= f.verdict) return;
  f.verdict = verdict;
  f.rule = "worst samples";
  f.remeasure = worst.remeasure;
  f.sentence += fmt::format("; but {}: {} at worst, {} {} {}",
                            has_two ? "at times it is in another state" : "it never settled",
                            quantity(worst.value, f.unit), percent(std::abs(worst.deviation)),
                            worst.deviation < 0 ? "below" : "above", quantity(limits.expected, ""));
}

/// sentence_of() puts it together where it is read.
bool goes_without_saying(const Series& series, const TimedVerdict& v) {
  return v.verdict == Verdict::pass &&
         std::all_of(series.values.begin(), series.values.end(),
                     [](const Measurement* m) { return m->flags.empty(); });
}

void judge_by_time(const Series& series, const Baseline& b, Finding& f) {
  const auto expected = parse_number(b.expected);
  if (!std::all_of(series.values.begin(), series.values.end(), is_positive) || !expected ||
      *expected <= 0) {
    set(f, Verdict::inconclusive, "no value",
        fmt::format("{} is {}, which is no measurement; expected is {}", label(f),
                    quantity(series.values.back()->median.value_or(NAN), f.unit), b.expected));
    return;
  }
  const Limits limits{*expected, b.low, b.high};
  const double spread = b.spread.value_or(default_spread(b.metric, b.better));
  const TimedVerdict v = judge_timed(run_values(series, spread), limits, spread);
  take_interval(v, f);
  if (b.low) f.low = *expected * (1 + *b.low);
  if (b.high) f.high = *expected * (1 + *b.high);
  f.deficit = b.better == Better::higher ? 1 - v.value / *expected : 1 - *expected / v.value;
  f.resolution = v.resolution;
  f.remeasure = v.remeasure;
  set(f, v.verdict, "timed",
      goes_without_saying(series, v) ? "" : timed_sentence(f, v, limits) + flags_of(series));
  judge_states(series, limits, spread, f);
  if (b.ceiling && v.value > *b.ceiling && f.verdict != Verdict::fail) {
    f.remeasure = f.runs < rule::confirmed_runs;
    set(f, Verdict::inconclusive, "ceiling",
        fmt::format("{} {} is above the physical limit of {}: an error of measurement, not a pass",
                    label(f), quantity(v.value, f.unit), quantity(*b.ceiling, f.unit)));
  }
}

void compare(const Series& series, const Baseline& b, Finding& f) {
  for (const Measurement* m : series.values) {
    if (m->unit != b.unit) {
      return set(f, Verdict::inconclusive, "unit",
                 fmt::format("{} is in {}, the baseline in {}: one of them is wrong", label(f),
                             m->unit, b.unit));
    }
    if (m->better != b.better) {
      return set(f, Verdict::inconclusive, "direction",
                 fmt::format("{} says that {} is better, the baseline says {}: one of them is "
                             "wrong",
                             label(f), better_names[m->better], better_names[b.better]));
    }
  }
  for (const Measurement* m : series.values) {
    if (!transport_as_asked(b, *m)) {
      f.value = m->median;
      return set(
          f, Verdict::fail, "transport",
          fmt::format("{} went over {}; expected is {}", label(f),
                      m->transport.empty() ? "a transport that it does not name" : m->transport,
                      b.params.at("transport")));
    }
  }
  if (b.better == Better::exact) {
    judge_exact(series.values, b, f);
  } else {
    judge_by_time(series, b, f);
  }
}

bool mixes_provenance(const Series& series) {
  return std::any_of(series.values.begin(), series.values.end(), [&](const Measurement* m) {
    return m->provenance != series.values.front()->provenance;
  });
}

/// Of many nodes that work together one slow one is enough: the node that has the row is as good as
/// any other of them.
void blame_nobody_of_many(const Series& series, Finding& f) {
  const Measurement& m = series.last();
  if (f.verdict != Verdict::fail || f.better == Better::exact || f.rule == "transport") return;
  const std::uint64_t nodes = nodes_of(m);
  if (m.subject != "group" && nodes <= 2) return;
  f.remeasure = false;
  set(f, Verdict::inconclusive, "one of many nodes",
      f.sentence + fmt::format("; which of the {} nodes is slow, this alone does not tell", nodes));
}

/// Runs of the same series that brought no value.
void account_for_failures(const Series& series, Finding& f) {
  const auto failed = [](const Measurement* m) { return m->outcome != Outcome::skipped; };
  if (series.without.empty()) return;
  const Measurement& last = *series.without.back();
  if (&series.last() == &last && f.verdict < Verdict::missing) {
    f.remeasure = false;
    set(f, Verdict::missing, "failed",
        fmt::format("{} {} after {} with a value: {}", label(f), happened_to(last),
                    counted(series.values.size(), "run"), reason_of(last)));
    return;
  }
  const auto failure = std::find_if(series.without.rbegin(), series.without.rend(), failed);
  if (failure == series.without.rend()) return;
  add_to_sentence(f, fmt::format("; {} failed before: {}",
                                 counted(static_cast<std::size_t>(std::count_if(
                                             series.without.begin(), series.without.end(), failed)),
                                         "run"),
                                 reason_of(**failure)));
  if (f.verdict < Verdict::warn) {
    f.verdict = Verdict::warn;
    f.rule = "failed before";
  }
}

}  // namespace

Finding judge_series(const Series& series, const Baseline* b) {
  Finding f = finding_about(series.last());
  f.runs = series.values.size();
  if (b != nullptr) {
    f.expected = b->expected;
    f.basis = b->basis;
    f.source = b->source;
  }
  if (mixes_provenance(series)) {
    set(f, Verdict::inconclusive, "provenance",
        label(f) + " has measured and simulated rows: judge them apart");
  } else if (b == nullptr) {
    describe(series, f);
  } else {
    compare(series, *b, f);
    if (b->use == Use::context) {
      add_to_sentence(f, "; for context only");
      f.verdict = Verdict::unjudged;
      f.rule = "context";
      f.remeasure = false;
    } else if (b->better != Better::exact && !b->low && !b->high) {
      set(f, Verdict::unjudged, "no limit",
          label(f) + " has an expected value but no limit, so it cannot be judged");
    }
  }
  blame_nobody_of_many(series, f);
  account_for_failures(series, f);
  return f;
}

}  // namespace plumbline
