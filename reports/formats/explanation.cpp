#include "reports/formats/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/evaluation/node.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/rule_text.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/formats/rows_behind.h"
#include "reports/judging/repeat_command.h"
#include "reports/statistics/order_interval.h"

namespace plumbline {
namespace {

/// `named`: with what it is about, as other rows stand beside it.
std::string run_line(const Measurement& m, bool named) {
  std::string text = fmt::format("  {}  {:<12} ", format_time(m.time), m.task);
  if (named) text += fmt::format("{} {} {}  ", m.host, path_of(m), m.metric);
  if (m.outcome != Outcome::ok) return text + fmt::format("{}: {}\n", happened_to(m), reason_of(m));
  if (!m.median) return text + '"' + m.text + "\"\n";
  text += quantity(*m.median, m.unit);
  if (m.ci_low && m.ci_high) {
    text += fmt::format("  ({} to {}, {})", quantity(*m.ci_low, ""), quantity(*m.ci_high, ""),
                        counted(m.samples, "sample"));
  }
  if (m.spread) text += fmt::format("  spread {}", percent(*m.spread));
  for (const std::string& flag : m.flags) text += "  " + flag;
  return text + '\n';
}

/// The arithmetic of the timed rule, from the interval that it used.
std::string arithmetic(const Finding& f) {
  if (!f.value || !f.ci_high || *f.value <= 0 || f.runs == 0) return {};
  const double h = std::log(*f.ci_high / *f.value);
  const double c = f.runs >= 3 ? rule::median_of_runs : 1;
  const double sigma = h * std::sqrt(static_cast<double>(f.runs)) / (verdict_z() * c);
  std::string text = fmt::format(
      "  median of {}: {}\n"
      "  noise of one run, from run to run and within: {}\n"
      "  interval: {:.3f} * {} * {} / sqrt({}) = {}: {} to {}\n",
      counted(f.runs, "run"), quantity(*f.value, f.unit), percent(sigma), verdict_z(), c,
      percent(sigma), f.runs, percent(h), quantity(*f.ci_low, ""), quantity(*f.ci_high, f.unit));
  if (f.resolution) {
    text +=
        fmt::format("  after {} runs it would be {}\n", rule::looks.back(), percent(*f.resolution));
  }
  return text;
}

std::string spread_of_runs(std::span<const Measurement> rows) {
  std::vector<double> values;
  for (const Measurement& m : rows) {
    if (m.outcome == Outcome::ok && m.median) values.push_back(*m.median);
  }
  const auto interval = median_interval(values, 0.95);
  if (!interval) return {};
  return fmt::format("  whatever their distribution, 95 % sure: {} to {}\n",
                     quantity(interval->low, ""), quantity(interval->high, ""));
}

std::string limits(const Finding& f) {
  std::string text = "  expected " + f.expected;
  if (f.unit != "text" && f.unit != "count") text += ' ' + f.unit;
  if (f.low) text += fmt::format(", at least {}", quantity(*f.low, f.unit));
  if (f.high) text += fmt::format(", at most {}", quantity(*f.high, f.unit));
  return text + fmt::format("\n  because: {}: {}\n", f.basis, f.source);
}

/// "efa_pairs" of the task "efa_pairs.round3@n1+n2".
std::string step_of(const std::string& task) { return task.substr(0, task.find_first_of(".@#")); }

/// The command that measures it again, and where: what one host can, a pair, a step of the run.
std::string how_to_repeat(const Finding& f, std::span<const Measurement> rows,
                          const std::string& run) {
  const std::string command = repeat_command(f);
  if (!command.empty()) {
    return fmt::format("\nrepeat it {}:\n  {}\n",
                       is_between_hosts(f) ? "from where the hosts can be reached" : "on " + f.host,
                       command);
  }
  if (f.rule == "repeat offender" || f.rule == "not in the manifest" || f.rule == "instance type") {
    return {};  // nothing is to be measured
  }
  const auto task = std::find_if(rows.begin(), rows.end(), [](const Measurement& m) {
    return m.metric != task_metric && !m.task.empty();
  });
  std::string text = "\nmeasure it again:\n  plumbline retry " + run;
  if (f.verdict != Verdict::missing && task != rows.end()) text += " --step " + step_of(task->task);
  return text + '\n';
}

}  // namespace

std::string explanation(const Finding& f, std::span<const Measurement> rows,
                        const std::string& run) {
  constexpr std::size_t shown = 40;
  const bool named = has_rows_of_others(f);
  std::string text =
      fmt::format("{}  {}  on {} ({})\n{}\n\nrule: {}\n  {}\n", f.id, verdict_names[f.verdict],
                  f.host, f.instance_type, sentence_of(f), f.rule, rule_text(f.rule));
  if (!f.action.empty()) text += "\nwhat to do:\n  " + f.action + '\n';
  if (f.provenance == Provenance::simulated) text += "  the rows are SIMULATED\n";
  if (!rows.empty()) text += "\nmeasured:\n";
  for (std::size_t i = 0; i < std::min(shown, rows.size()); ++i) text += run_line(rows[i], named);
  if (rows.size() > shown)
    text += fmt::format("  and {}\n", counted(rows.size() - shown, "more row"));
  if (!named) text += arithmetic(f) + spread_of_runs(rows);
  if (!f.expected.empty()) text += "\nexpected:\n" + limits(f);
  if (f.remeasure) text += "\nmore runs can change this verdict\n";
  return text + how_to_repeat(f, rows, run);
}

}  // namespace plumbline
