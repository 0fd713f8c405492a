#include "reports/evaluation/sentence.h"

#include <fmt/format.h>

#include <cmath>

#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string short_number(double value) {
  if (std::trunc(value) == value && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return std::abs(value) >= 1e4 && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                          : fmt::format("{:.4g}", value);
}

std::string compared(double deviation, const std::string& expected) {
  const std::string size = percent(std::abs(deviation));
  if (size == "0 %") return "is as expected, " + expected;
  return fmt::format("is {} {} {}", size, deviation < 0 ? "below" : "above", expected);
}

/// The limit on the side on which the value lies, in words.
std::string allowed(const Limits& limits, double deviation) {
  const bool below = deviation < 0;
  const std::optional<double>& near = below ? limits.low : limits.high;
  const std::optional<double>& limit = near ? near : (below ? limits.high : limits.low);
  if (!limit) return "no limit is set";
  if (near) return fmt::format("at most {} is allowed", percent(std::abs(*limit)));
  return fmt::format("up to {} {} is allowed", percent(std::abs(*limit)),
                     below ? "above" : "below");
}

std::size_t next_look(std::size_t runs) {
  for (const std::size_t look : rule::looks) {
    if (look > runs) return look;
  }
  return runs;
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
  std::string text = short_number(value);
  const bool counts = unit == "count" || unit == "text" || unit == "index";
  if (!unit.empty() && !counts) text += ' ' + unit;
  return text;
}

std::string percent(double relative) {
  const double value = relative * 100;
  if (std::abs(value) < 0.005) return "0 %";
  std::string text = fmt::format("{:.1f}", value);
  if (std::abs(value) < 1) text = fmt::format("{:.2g}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + " %";
}

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string timed_sentence(const Finding& f, const TimedVerdict& v, const Limits& limits) {
  std::string text = fmt::format(
      "{} {} ({} to {}, {}) {}; {}", label(f), quantity(v.value, f.unit), quantity(v.ci_low, ""),
      quantity(v.ci_high, ""), counted(f.runs, "run"),
      compared(v.deviation, quantity(limits.expected, f.unit)), allowed(limits, v.deviation));
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

}  // namespace plumbline
