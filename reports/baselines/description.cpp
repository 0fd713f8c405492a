#include "reports/baselines/description.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/timed_rule.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string subjects_of(const Baseline& b) {
  const std::uint64_t count = b.subjects.value_or(1);
  if (count == 0) return fmt::format("each {} that was measured", b.subject_class);
  const bool one = b.subject_class.find_first_of("0123456789") != std::string::npos || count == 1;
  return one ? b.subject_class : fmt::format("{} of class {}", count, b.subject_class);
}

std::string limits_of(const Baseline& b, double expected) {
  std::string text;
  if (b.low && *b.low != 0) {
    text += fmt::format("; fails below {} ({})", quantity(expected * (1 + *b.low), b.unit),
                        percent(*b.low));
  }
  if (b.high && *b.high != 0) {
    text += fmt::format("; fails above {} (+{})", quantity(expected * (1 + *b.high), b.unit),
                        percent(*b.high));
  }
  return text;
}

std::string noise_of(const Baseline& b) {
  const double spread = b.spread.value_or(default_spread(b.metric, b.better));
  const double h = verdict_z() * spread;
  return fmt::format(
      "  runs differ by {} (sigma{}): one run is known to {}, {} runs to {}\n", percent(spread),
      b.spread ? "" : ", the default of its family", percent(h), rule::looks.back(),
      percent(h * rule::median_of_runs / std::sqrt(static_cast<double>(rule::looks.back()))));
}

}  // namespace

std::string describe_row(const Baseline& b) {
  std::string text = fmt::format("{}  {}", b.metric, subjects_of(b));
  if (b.bytes) text += ", " + format_bytes(*b.bytes);
  if (!b.params.empty()) text += ", " + format_params(b.params);
  if (b.nodes) text += ", " + counted(*b.nodes, "node");
  text += '\n';
  const auto number = b.unit == "text" ? std::nullopt : parse_number(b.expected);
  text += fmt::format("  expected {}", number ? quantity(*number, b.unit) : '"' + b.expected + '"');
  if (b.better == Better::exact) text += ", exactly";
  if (number) text += limits_of(b, *number);
  text += b.use == Use::context ? "; context: decides nothing\n" : "\n";
  if (b.better != Better::exact) text += noise_of(b);
  if (b.ceiling) {
    text += fmt::format("  more than {} cannot be: an error of measurement\n",
                        quantity(*b.ceiling, b.unit));
  }
  text += fmt::format("  {}: {}\n", b.basis, b.source);
  return text;
}

}  // namespace plumbline
