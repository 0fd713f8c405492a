#include "reports/evaluation/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "reports/evaluation/missing.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/pair_task.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/series_verdict.h"

namespace plumbline {
namespace {

Finding about_node(const ManifestEntry& node, Verdict verdict, const char* rule,
                   std::string sentence) {
  Measurement m;
  m.host = node.host;
  m.instance_type = node.instance_type;
  m.metric = node_metric;
  m.params = {{"about", rule}};
  m.unit = "text";
  Finding f = finding_about(m);
  f.verdict = verdict;
  f.rule = rule;
  f.sentence = std::move(sentence);
  return f;
}

std::string task_name(const Measurement& m) {
  const auto step = m.params.find("step");
  const auto repeat = m.params.find("repeat");
  std::string name = "step " + (step == m.params.end() ? m.probe.str() : step->second);
  if (repeat != m.params.end()) name += " (repeat " + repeat->second + ')';
  return name;
}

/// A step of the suite that a rehearsal has no stand-in for.
bool is_left_out(const Measurement& task) {
  return task.provenance == Provenance::simulated && task.outcome == Outcome::skipped &&
         std::find(task.flags.begin(), task.flags.end(), "left_out") != task.flags.end();
}

/// The probes that a rehearsal left out altogether: nothing of theirs can be missing from it.
std::set<std::string> probes_left_out(std::span<const Measurement> rows) {
  std::set<std::string> left_out, ran;
  for (const Measurement& m : rows) {
    if (m.metric != task_metric) continue;
    (is_left_out(m) ? left_out : ran).insert(m.probe);
  }
  for (const std::string& probe : ran) left_out.erase(probe);
  return left_out;
}

/// The step of a task of a pair: "efa_pairs" of "efa_pairs.round3@n1+n2". Empty: it is of no pair.
std::string step_of_pair(const Measurement& task) {
  const auto step = task.params.find("step");
  if (step == task.params.end()) return {};
  const auto pair = pair_task(step->second);
  return pair ? std::string(pair->round.substr(0, pair->round.find('.'))) : std::string();
}

/// How many pairs of each step were well with this node.
using PairsThatWorked = std::map<std::string, std::size_t>;
PairsThatWorked pairs_that_worked(const std::vector<Series>& all) {
  PairsThatWorked worked;
  for (const Series& series : all) {
    const Measurement& last = series.last();
    if (last.metric == task_metric && last.outcome == Outcome::ok) ++worked[step_of_pair(last)];
  }
  return worked;
}

/// A pair that did not work says nothing against a node that was well with at least so many others.
constexpr std::size_t other_pairs = 2;

/// A task that ended well is no finding: what it measured is.
std::optional<Finding> judge_task(const Series& series, const PairsThatWorked& worked) {
  if (series.without.empty()) return std::nullopt;
  const Measurement& failure = *series.without.back();
  Finding f = finding_about(failure);
  f.rule = "task";
  f.runs = series.values.size();
  if (&series.last() == &failure && is_left_out(failure)) {
    f.verdict = Verdict::unjudged;
    f.rule = "left out";
    f.sentence = fmt::format("{} was {}", task_name(failure), reason_of(failure));
    return f;
  }
  if (&series.last() == &failure) {
    f.verdict = Verdict::missing;
    f.sentence =
        fmt::format("{} {}: {}", task_name(failure), happened_to(failure), reason_of(failure));
    const std::string pair = step_of_pair(failure);
    const auto others = pair.empty() ? worked.end() : worked.find(pair);
    if (others != worked.end() && others->second >= other_pairs) {
      f.verdict = Verdict::warn;
      f.sentence +=
          fmt::format("; {} of {} with this node were well", counted(others->second, "pair"), pair);
    }
  } else {
    f.verdict = Verdict::warn;
    f.sentence = fmt::format("{} ended well after it had failed: {}", task_name(failure),
                             reason_of(failure));
  }
  return f;
}

/// What a path to another host is in a test of its end: its metric, its end and its size.
std::string end_of_path(const Measurement& m) {
  const std::string path = path_of(m);
  const std::string end = counted_as(path);
  return end == path
             ? std::string()
             : m.metric + '/' + end + '/' + std::to_string(m.bytes) + '/' + format_params(m.params);
}

/// With how many other hosts each end of paths worked.
using EndsThatWorked = std::map<std::string, std::size_t>;
EndsThatWorked ends_that_worked(const std::vector<Series>& all) {
  EndsThatWorked ends;
  for (const Series& series : all) {
    if (series.values.empty()) continue;
    if (std::string end = end_of_path(series.last()); !end.empty()) ++ends[end];
  }
  return ends;
}

/// A series without any value of which nothing is expected.
Finding unexpected_failure(const Series& series, const EndsThatWorked& worked) {
  const Measurement& m = series.last();
  Finding f = finding_about(m);
  f.rule = m.outcome == Outcome::skipped ? "skipped" : "failed";
  f.verdict = m.outcome == Outcome::skipped ? Verdict::unjudged : Verdict::missing;
  f.sentence = fmt::format("{} {}: {}", label(f), happened_to(m), reason_of(m));
  const auto others = worked.find(end_of_path(m));
  if (f.verdict == Verdict::missing && others != worked.end() && others->second >= other_pairs) {
    f.verdict = Verdict::warn;
    f.sentence += fmt::format("; it worked with {}", counted(others->second, "other host"));
  }
  return f;
}

/// The rows of tasks are the runner's, about its processes: no measurement of a machine.
void check_provenance(const ManifestEntry& node, std::span<const Measurement> rows,
                      std::vector<Finding>& findings) {
  std::size_t simulated = 0, measured = 0;
  for (const Measurement& m : rows) {
    if (m.metric == task_metric) continue;
    ++(m.provenance == Provenance::simulated ? simulated : measured);
  }
  if (simulated == 0 || measured == 0) return;
  findings.push_back(about_node(
      node, Verdict::inconclusive, "provenance",
      fmt::format("{} of {} rows of {} are simulated: judge them apart from the measured ones",
                  simulated, simulated + measured, node.host)));
}

void check_instance_type(const ManifestEntry& node, std::span<const Measurement> rows,
                         std::vector<Finding>& findings) {
  const auto other = std::find_if(rows.begin(), rows.end(), [&](const Measurement& m) {
    return !m.instance_type.empty() && m.instance_type != node.instance_type;
  });
  if (node.instance_type.empty() || other == rows.end()) return;
  findings.push_back(about_node(node, Verdict::fail, "instance type",
                                fmt::format("{} is a {}, the manifest says {}", node.host,
                                            other->instance_type, node.instance_type)));
}

/// Of two findings about the same thing, which are neighbours, the worse one stays.
void keep_one_of_each(std::vector<Finding>& findings) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (kept == 0 || findings[i].id != findings[kept - 1].id) {
      if (kept++ != i) findings[kept - 1] = std::move(findings[i]);
    } else if (findings[i].verdict > findings[kept - 1].verdict) {
      findings[kept - 1] = std::move(findings[i]);
    }
  }
  findings.resize(kept);
}

std::string no_baseline(const std::string& type) {
  return fmt::format("no baseline for type {}: learn one with `plumbline baseline learn RUN`",
                     type);
}

std::uint64_t& count_of(NodeVerdict& verdict, Verdict kind) {
  switch (kind) {
    case Verdict::pass:
      return verdict.pass;
    case Verdict::unjudged:
      return verdict.unjudged;
    case Verdict::warn:
      return verdict.warn;
    case Verdict::inconclusive:
      return verdict.inconclusive;
    case Verdict::missing:
      return verdict.missing;
    case Verdict::fail:
      break;
  }
  return verdict.fail;
}

}  // namespace

void leave_incomplete(NodeVerdict& verdict, const std::string& reason) {
  if (verdict.outcome != NodeOutcome::accept) return;
  verdict.outcome = NodeOutcome::incomplete;
  verdict.reason = reason;
}

NodeVerdict node_verdict(const ManifestEntry& node, std::span<const Finding> findings,
                         const Expectations& expectations) {
  NodeVerdict verdict;
  verdict.host = node.host;
  verdict.instance_type = node.instance_type;
  const Finding* worst = nullptr;
  for (const Finding& f : findings) {
    ++count_of(verdict, f.verdict);
    if (f.verdict >= Verdict::warn && (worst == nullptr || worse(f, *worst))) worst = &f;
  }
  verdict.outcome = NodeOutcome::accept;
  if (verdict.fail > 0) {
    verdict.outcome = NodeOutcome::reject;
  } else if (expectations.empty()) {
    leave_incomplete(verdict, no_baseline(node.instance_type));
    return verdict;
  } else if (!expectations.has_gate()) {
    leave_incomplete(verdict, fmt::format("the baseline of type {} has no gate, only context",
                                          node.instance_type));
    return verdict;
  } else if (verdict.missing + verdict.inconclusive > 0) {
    verdict.outcome = NodeOutcome::incomplete;
  } else if (verdict.pass + verdict.warn == 0) {
    leave_incomplete(verdict, "nothing that is expected was judged");
    return verdict;
  }
  if (worst != nullptr) {
    verdict.reason = worst->sentence;
    const std::uint64_t others = count_of(verdict, worst->verdict) - 1;
    if (others > 0) {
      verdict.reason += fmt::format(" (and {} more {})", others, verdict_names[worst->verdict]);
    }
  }
  return verdict;
}

NodeEvaluation evaluate_node(const ManifestEntry& node, std::span<const Measurement> rows,
                             const Expectations& expectations) {
  return NodeEvaluator().evaluate(node, rows, expectations);
}

NodeEvaluation NodeEvaluator::evaluate(const ManifestEntry& entry,
                                       std::span<const Measurement> rows,
                                       const Expectations& expectations) {
  NodeEvaluation result;
  std::vector<Finding>& findings = result.findings;
  ManifestEntry node = entry;
  if (node.instance_type.empty() && !rows.empty()) node.instance_type = rows.front().instance_type;
  if (rows.empty()) {
    findings.push_back(about_node(node, Verdict::missing, "no rows",
                                  node.host + " is in the manifest, but there is no row of it"));
    result.verdict = node_verdict(node, findings, expectations);
    if (result.verdict.missing > 0) result.verdict.reason = findings.front().sentence;
    return result;
  }
  check_provenance(node, rows, findings);
  check_instance_type(node, rows, findings);

  Coverage coverage;
  coverage.measured.resize(expectations.all().size());
  coverage.probes_left_out = probes_left_out(rows);
  const std::vector<Series> all = sorter_.series_of(rows);
  answers_.start(expectations);
  const PairsThatWorked worked = pairs_that_worked(all);
  const std::size_t about_all = findings.size();
  findings.reserve(about_all + all.size());
  for (const Series& series : all) {
    const Measurement& last = series.last();
    if (last.metric == task_metric) {
      if (auto f = judge_task(series, worked)) {
        if (f->verdict == Verdict::missing) coverage.failed_tasks.push_back(&series);
        findings.push_back(std::move(*f));
      }
      continue;
    }
    const std::uint64_t nodes = nodes_of(last);
    if (nodes == 2) coverage.probes_of_pairs.insert(std::string(family_of(last.metric)));
    if (series.values.empty()) {
      coverage.not_measured.push_back({&series});
      continue;
    }
    const auto& [answered, counted] = answers_.of(last);
    for (const std::size_t i : answered) coverage.measured[i].push_back(counted);
    const Baseline* b = answered.empty() ? nullptr : &expectations.all()[answered.front()];
    findings.push_back(judge_series(series, b));
    Finding& f = findings.back();
    if (f.verdict == Verdict::unjudged && f.better != Better::exact && !expectations.has_timed()) {
      f.remeasure = f.runs < rule::confirmed_runs;
    }
  }
  const std::size_t of_series = findings.size();
  for (std::vector<Text>& paths : coverage.measured) {
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  }
  std::vector<Finding> missing = missing_subjects(node, expectations, coverage);
  std::move(missing.begin(), missing.end(), std::back_inserter(findings));
  const EndsThatWorked ends =
      coverage.not_measured.empty() ? EndsThatWorked() : ends_that_worked(all);
  for (const NotMeasured& entry_without : coverage.not_measured) {
    if (!entry_without.explained)
      findings.push_back(unexpected_failure(*entry_without.series, ends));
  }
  // The series came in reading order.
  if (about_all != 0 || findings.size() != of_series) sort_for_reading(findings);
  keep_one_of_each(findings);
  result.verdict = node_verdict(node, findings, expectations);
  return result;
}

Finding stray_host(const std::string& host, std::span<const Measurement> rows) {
  ManifestEntry entry;
  entry.host = host;
  if (!rows.empty()) entry.instance_type = rows.front().instance_type;
  return about_node(entry, Verdict::unjudged, "not in the manifest",
                    fmt::format("{} has {} but is not in the manifest: they were not judged", host,
                                counted(rows.size(), "row")));
}

std::vector<Finding> evaluate(std::span<const Measurement> rows,
                              std::span<const Baseline> baselines, const Manifest& manifest) {
  const Expectations expectations({baselines.begin(), baselines.end()});
  std::map<std::string, std::vector<Measurement>> by_host;
  for (const Measurement& m : rows) by_host[m.host].push_back(m);
  std::vector<Finding> findings;
  for (const ManifestEntry& node : manifest) {
    const auto found = by_host.extract(node.host);
    const auto& own = found.empty() ? std::vector<Measurement>{} : found.mapped();
    auto evaluation = evaluate_node(node, own, expectations);
    std::move(evaluation.findings.begin(), evaluation.findings.end(), std::back_inserter(findings));
  }
  for (const auto& [host, own] : by_host) findings.push_back(stray_host(host, own));
  return findings;
}

}  // namespace plumbline
