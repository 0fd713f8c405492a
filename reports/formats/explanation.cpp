#include "reports/formats/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/rule_text.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/repeat_command.h"
#include "reports/statistics/order_interval.h"

namespace plumbline {
namespace {

std::string run_line(const Measurement& m) {
  std::string text = fmt::format("  {}  {:<12} ", format_time(m.time), m.task);
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

/// Picks the rows that findings are about.
class RowsBehind {
 public:
  explicit RowsBehind(std::span<const Finding> findings) : rows_(findings.size()) {
    for (std::size_t i = 0; i < findings.size(); ++i) index_.emplace(findings[i].id, i);
  }
  void look_at(const Measurement& m) {
    const auto found = index_.find(finding_id(series_key(m)));
    if (found != index_.end()) rows_[found->second].push_back(m);
  }
  std::vector<std::vector<Measurement>> in_order() {
    for (auto& of_finding : rows_) {
      std::stable_sort(of_finding.begin(), of_finding.end(),
                       [](const Measurement& a, const Measurement& b) { return a.time < b.time; });
    }
    return std::move(rows_);
  }

 private:
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::vector<Measurement>> rows_;
};

}  // namespace

std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  const RunDirectory& run) {
  RowsBehind rows(findings);
  if (!std::filesystem::exists(run.measurements())) return rows.in_order();
  read_csv<Measurement>(
      run.measurements(), [&](const Measurement& m) { rows.look_at(m); }, BadRows::collect);
  return rows.in_order();
}

std::vector<std::vector<Measurement>> rows_behind(std::span<const Finding> findings,
                                                  std::span<const Measurement> all) {
  RowsBehind rows(findings);
  for (const Measurement& m : all) rows.look_at(m);
  return rows.in_order();
}

std::string explanation(const Finding& f, std::span<const Measurement> rows) {
  std::string text =
      fmt::format("{}  {}  on {} ({})\n{}\n\nrule: {}\n  {}\n", f.id, verdict_names[f.verdict],
                  f.host, f.instance_type, f.sentence, f.rule, rule_text(f.rule));
  if (!f.action.empty()) text += "\nwhat to do:\n  " + f.action + '\n';
  if (f.provenance == Provenance::simulated) text += "  the rows are SIMULATED\n";
  if (!rows.empty()) text += "\nmeasured:\n";
  for (const Measurement& m : rows) text += run_line(m);
  text += arithmetic(f) + spread_of_runs(rows);
  if (!f.expected.empty()) text += "\nexpected:\n" + limits(f);
  if (f.remeasure) text += "\nmore runs can change this verdict\n";
  const std::string command = repeat_command(f);
  if (!command.empty()) text += fmt::format("\nrepeat it on {}:\n  {}\n", f.host, command);
  return text;
}

}  // namespace plumbline
