#include "reports/evaluation/sentence.h"

#include <fmt/format.h>

#include <cmath>

#include "results/schema/digits.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

void append_short(double value, std::string& text) {
  const double size = std::abs(value);
  if (size < 1e15 && (std::trunc(value) == value || size >= 1e4)) {
    append_decimals(value, 0, text);
  } else {
    append_significant(value, 4, text);
  }
}

std::string compared(double deviation, const std::string& expected) {
  const std::string size = percent(std::abs(deviation));
  if (size == "0 %") return "is as expected, " + expected;
  return "is " + size + (deviation < 0 ? " below " : " above ") + expected;
}

/// The limit on the side on which the value lies, in words.
std::string allowed(const Limits& limits, double deviation) {
  const bool below = deviation < 0;
  const std::optional<double>& near = below ? limits.low : limits.high;
  const std::optional<double>& limit = near ? near : (below ? limits.high : limits.low);
  if (!limit) return "no limit is set";
  const std::string size = percent(std::abs(*limit));
  if (near) return "at most " + size + " is allowed";
  return "up to " + size + (below ? " above is allowed" : " below is allowed");
}

std::size_t next_look(std::size_t runs) {
  for (const std::size_t look : rule::looks) {
    if (look > runs) return look;
  }
  return runs;
}

/// Of a PASS by time that has no sentence of its own.
std::string timed_pass(const Finding& f) {
  const auto expected = parse_number(f.expected);
  if (!expected || !f.value || !f.ci_low || !f.ci_high) return {};
  const auto relative = [&](const std::optional<double>& limit) {
    return limit ? std::optional(*limit / *expected - 1) : std::nullopt;
  };
  TimedVerdict v;
  v.verdict = f.verdict;
  v.value = *f.value;
  v.ci_low = *f.ci_low;
  v.ci_high = *f.ci_high;
  v.deviation = *f.value / *expected - 1;
  return timed_sentence(f, v, {*expected, relative(f.low), relative(f.high)});
}

}  // namespace

std::string label(const Finding& f) {
  std::string text = f.subject;
  if (!f.peer.empty()) text += '>' + f.peer;
  text += ' ' + f.metric;
  if (f.bytes != 0) text += ' ' + format_bytes(f.bytes);
  if (!f.params.empty()) text += " (" + format_params(f.params) + ')';
  return text;
}

std::string quantity(double value, const std::string& unit) {
  std::string text;
  append_short(value, text);
  const bool counts = unit == "count" || unit == "text" || unit == "index";
  if (!unit.empty() && !counts) text += ' ' + unit;
  return text;
}

std::string found_in(const Finding& f) {
  return f.value ? quantity(*f.value, f.unit) : '"' + f.text + '"';
}

std::string percent(double relative) {
  const double value = relative * 100;
  if (std::abs(value) < 0.005) return "0 %";
  std::string text;
  if (std::abs(value) < 1) {
    append_significant(value, 2, text);
  } else {
    append_decimals(value, 1, text);
  }
  return text + " %";
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

std::string timed_sentence(const Finding& f, const TimedVerdict& v, const Limits& limits) {
  std::string text = label(f);
  text.reserve(text.size() + 128);
  text += ' ' + quantity(v.value, f.unit);
  text += " (" + quantity(v.ci_low, "");
  text += " to " + quantity(v.ci_high, "");
  text += ", " + counted(f.runs, "run");
  text += ") " + compared(v.deviation, quantity(limits.expected, f.unit));
  text += "; " + allowed(limits, v.deviation);
  switch (v.verdict) {
    case Verdict::fail:
      if (v.remeasure)
        text +=
            fmt::format(", {} will confirm it", counted(next_look(f.runs) - f.runs, "more run"));
      break;
    case Verdict::warn:
      text += ", and most of that is used up";
      break;
    case Verdict::inconclusive:
      text += v.remeasure ? fmt::format(": too close to decide, {} can",
                                        counted(next_look(f.runs) - f.runs, "more run"))
                          : fmt::format(": {} could not decide, the noise hides less than {}",
                                        counted(f.runs, "run"), percent(v.resolution));
      break;
    default:
      break;
  }
  return text;
}

std::string sentence_of(const Finding& f) {
  if (f.verdict != Verdict::pass || !f.sentence.empty()) return f.sentence;
  if (f.rule == "timed") return timed_pass(f);
  if (f.rule == "exact") return label(f) + " is " + found_in(f) + ", as expected";
  return {};
}

void add_to_sentence(Finding& f, std::string_view more) {
  f.sentence = sentence_of(f).append(more);
}

}  // namespace plumbline
