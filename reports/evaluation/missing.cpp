#include "reports/evaluation/missing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"

namespace plumbline {
namespace {

bool has_digits(const std::string& text) {
  return text.find_first_of("0123456789") != std::string::npos;
}

std::string path_of_last(const Series& series) { return path_of(series.last()); }

/// Of the rows without value those that are about what `b` expects.
std::vector<NotMeasured*> candidates(const Baseline& b, Coverage& coverage) {
  std::vector<NotMeasured*> found;
  for (NotMeasured& entry : coverage.not_measured) {
    if (entry.series->last().metric == b.metric) found.push_back(&entry);
  }
  return found;
}

bool is_about(const NotMeasured& entry, const Baseline& b) {
  const std::string path = path_of_last(*entry.series);
  return has_digits(path) && (path == b.subject_class || class_of(path) == b.subject_class);
}

/// The missing paths as far as they can be named, at most `count`.
std::vector<std::string> missing_names(const Baseline& b, const std::vector<Text>& measured,
                                       std::uint64_t expected, std::uint64_t count,
                                       const std::vector<NotMeasured*>& rows) {
  std::set<std::string> names;
  if (has_digits(b.subject_class) || expected == 1) {
    names.insert(b.subject_class);
  } else if (const auto all = names_of_class(b.subject_class, expected)) {
    const std::set<std::string> known(all->begin(), all->end());
    if (std::includes(known.begin(), known.end(), measured.begin(), measured.end())) {
      std::set_difference(known.begin(), known.end(), measured.begin(), measured.end(),
                          std::inserter(names, names.end()));
    }
  }
  if (names.empty()) {
    for (const NotMeasured* row : rows) {
      const std::string path = path_of_last(*row->series);
      const bool known = std::binary_search(measured.begin(), measured.end(), counted_as(path));
      if (is_about(*row, b) && !known && names.size() < count) names.insert(path);
    }
  }
  return {names.begin(), names.end()};
}

struct Reason {
  const Measurement* row = nullptr;
  std::string text;
};

/// Why `path` has no value: its own row, else one of the class or the metric, else its task.
Reason reason_for(const std::string& path, const Baseline& b, const std::vector<NotMeasured*>& rows,
                  const Coverage& coverage) {
  for (NotMeasured* row : rows) {
    if (path_of_last(*row->series) != path) continue;
    row->explained = true;
    const Measurement& m = row->series->last();
    return {&m, fmt::format("{}: {}", happened_to(m), reason_of(m))};
  }
  for (NotMeasured* row : rows) {
    const Measurement& m = row->series->last();
    if (has_digits(path_of(m))) continue;  // that is another subject
    row->explained = true;
    return {&m, fmt::format("{} {}: {}", path_of(m), happened_to(m), reason_of(m))};
  }
  for (const Series* task : coverage.failed_tasks) {
    const Measurement& m = task->last();
    if (m.probe == family_of(b.metric)) return {nullptr, "its task failed: " + reason_of(m)};
  }
  return {nullptr, "there is no row about it"};
}

/// Of nodes that measured together one has the rows, so the others do not miss them. Only of a pair
/// each has the paths from itself; who was in no pair misses none.
bool is_of_each_pair(const Baseline& b, const Coverage& coverage) {
  return b.nodes == 2U && b.subject_class.find(">host/") != std::string::npos &&
         coverage.probes_of_pairs.contains(std::string(family_of(b.metric)));
}

Finding missing_finding(const ManifestEntry& node, const Baseline& b, const std::string& path) {
  Measurement m;
  m.host = node.host;
  m.instance_type = node.instance_type;
  m.probe = family_of(b.metric);
  m.metric = b.metric;
  const std::size_t arrow = path.find('>');
  m.subject = path.substr(0, arrow);
  if (arrow != std::string::npos) m.peer = path.substr(arrow + 1);
  m.bytes = b.bytes.value_or(0);
  m.params = b.params;
  m.params.erase("transport");
  m.unit = b.unit;
  m.better = b.better;
  Finding f = finding_about(m);
  f.verdict = Verdict::missing;
  f.rule = "expected subject";
  f.expected = b.expected;
  f.basis = b.basis;
  f.source = b.source;
  return f;
}

}  // namespace

std::optional<std::vector<std::string>> names_of_class(const std::string& subject_class,
                                                       std::uint64_t count) {
  const std::size_t arrow = subject_class.find('>');
  std::vector<std::string> names;
  if (arrow == std::string::npos) {
    for (std::uint64_t i = 0; i < count; ++i) names.push_back(subject_class + std::to_string(i));
    return names;
  }
  const std::string from = subject_class.substr(0, arrow);
  const std::string to = subject_class.substr(arrow + 1);
  const auto side = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(count) + 0.5));
  const bool with_itself = side * side == count;
  if (!with_itself && side * (side + 1) != count) return std::nullopt;
  const std::uint64_t ends = with_itself ? side : side + 1;
  for (std::uint64_t i = 0; i < ends; ++i) {
    for (std::uint64_t j = 0; j < ends; ++j) {
      if (i != j || with_itself) {
        names.push_back(from + std::to_string(i) + '>' + to + std::to_string(j));
      }
    }
  }
  return names;
}

std::vector<Finding> missing_subjects(const ManifestEntry& node, const Expectations& expectations,
                                      Coverage& coverage) {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < expectations.all().size(); ++i) {
    const Baseline& b = expectations.all()[i];
    if (b.use != Use::gate) continue;
    if (b.nodes.value_or(1) > 1 && !is_of_each_pair(b, coverage)) continue;
    if (coverage.probes_left_out.contains(std::string(family_of(b.metric)))) continue;
    const std::vector<Text>& measured = coverage.measured[i];
    const std::uint64_t expected = b.subjects.value_or(1);
    if (measured.size() >= expected) continue;
    const std::uint64_t count = expected - measured.size();
    const auto rows = candidates(b, coverage);
    const auto names = missing_names(b, measured, expected, count, rows);
    for (const std::string& name : names) {
      Finding f = missing_finding(node, b, name);
      const Reason reason = reason_for(name, b, rows, coverage);
      if (reason.row != nullptr) {
        f.probe = reason.row->probe;
        f.case_name = reason.row->case_name;
        f.provenance = reason.row->provenance;
      }
      f.sentence = fmt::format("{} was not measured, {}", label(f), reason.text);
      if (expected > 1) f.sentence += fmt::format(" ({} of {} were)", measured.size(), expected);
      findings.push_back(std::move(f));
    }
    if (names.size() < count) {
      Finding f = missing_finding(node, b, b.subject_class);
      const Reason reason = reason_for(b.subject_class, b, rows, coverage);
      f.sentence = fmt::format("{}: {} of {} were measured, {}", label(f),
                               measured.size() + names.size(), expected, reason.text);
      if (names.empty() && !measured.empty()) {
        std::string found;
        for (const Text& path : measured) found += (found.empty() ? "" : ", ") + path;
        f.sentence = fmt::format("{}: {} of {} were measured ({}), {}", label(f), measured.size(),
                                 expected, found, reason.text);
      }
      findings.push_back(std::move(f));
    }
  }
  return findings;
}

}  // namespace plumbline
