#include "reports/baselines/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/baselines/units.h"
#include "reports/evaluation/expectations.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

using Problems = std::vector<BaselineProblem>;

void check_names(const Baseline& b, Problems& problems) {
  if (b.metric.find('.') == std::string::npos) {
    problems.push_back({"metric", fmt::format("found \"{}\", expected a name like "
                                              "host_memory.triad",
                                              b.metric)});
  }
  if (b.subject_class.empty()) {
    problems.push_back({"subject_class", "is empty, expected a class (gpu) or a subject (gpu0)"});
  }
  if (!is_known_unit(b.unit)) {
    problems.push_back(
        {"unit", fmt::format("found \"{}\", expected one of {}", b.unit, known_units())});
  }
  if (b.nodes == 0U) problems.push_back({"nodes", "found 0, expected 1 or more"});
  if (b.subjects.value_or(1) > 1 &&
      b.subject_class.find_first_of("0123456789") != std::string::npos) {
    problems.push_back({"subjects", fmt::format("found {}, but {} is one subject, not a class",
                                                *b.subjects, b.subject_class)});
  }
}

void check_limits(const Baseline& b, Problems& problems) {
  if (b.low && (*b.low > 0 || *b.low <= -1)) {
    problems.push_back(
        {"low", fmt::format("found {}, expected a share between -1 and 0", format_number(*b.low))});
  }
  if (b.high && *b.high < 0) {
    problems.push_back(
        {"high", fmt::format("found {}, expected 0 or more", format_number(*b.high))});
  }
  if (b.spread && *b.spread < 0) {
    problems.push_back(
        {"spread", fmt::format("found {}, expected 0 or more", format_number(*b.spread))});
  }
  if (b.use != Use::gate) return;
  if (b.better == Better::higher && !b.low) {
    problems.push_back({"low", "is empty: nothing could fail this gate"});
  }
  if (b.better == Better::lower && !b.high) {
    problems.push_back({"high", "is empty: nothing could fail this gate"});
  }
}

/// The ratio of an expected value to its ceiling that a wrong unit prefix makes.
bool is_unit_slip(double ratio) {
  for (const double slip : {1e3, 1e6, 1e9}) {
    if (ratio > slip / 1.5 && ratio < slip * 1.5) return true;
  }
  return false;
}

void check_expected(const Baseline& b, Problems& problems) {
  if (b.expected.empty()) {
    problems.push_back({"expected", "is empty"});
    return;
  }
  if (b.unit == "text") {
    if (b.better != Better::exact) {
      problems.push_back({"better", fmt::format("found {}, expected exact: a text has no order",
                                                better_names[b.better])});
    }
    if (b.low || b.high) problems.push_back({b.low ? "low" : "high", "a text has no limits"});
    return;
  }
  const auto expected = parse_number(b.expected);
  if (!expected) {
    problems.push_back(
        {"expected", fmt::format("found \"{}\", expected a number of {}", b.expected, b.unit)});
    return;
  }
  if (b.better != Better::exact && *expected <= 0) {
    problems.push_back(
        {"expected",
         fmt::format("found {}, expected more than 0: limits are relative to it", b.expected)});
  }
  if (!b.ceiling) return;
  if (b.better != Better::higher) {
    problems.push_back({"ceiling", fmt::format("is a limit of what more is better of; better is {}",
                                               better_names[b.better])});
  } else if (*expected > *b.ceiling) {
    problems.push_back({"expected", fmt::format("found {}, above the ceiling of {} {}", b.expected,
                                                format_number(*b.ceiling), b.unit)});
  } else if (*expected > 0 && is_unit_slip(*b.ceiling / *expected)) {
    problems.push_back(
        {"expected",
         fmt::format("found {}, about {:.0f} times below the ceiling of {} {}: is it "
                     "in another unit?",
                     b.expected, *b.ceiling / *expected, format_number(*b.ceiling), b.unit)});
  }
}

void check_reasons(const Baseline& b, Problems& problems) {
  if (b.basis.empty()) problems.push_back({"basis", "is empty: why is this believed?"});
  if (b.source.empty()) problems.push_back({"source", "is empty: where is this from?"});
}

/// The line of each record: every line behind the header that is not a bad one.
std::size_t next_good_line(std::size_t line, const std::vector<std::size_t>& bad) {
  do {
    ++line;
  } while (std::binary_search(bad.begin(), bad.end(), line));
  return line;
}

}  // namespace

std::vector<BaselineProblem> problems_of(const Baseline& b) {
  Problems problems;
  check_names(b, problems);
  check_limits(b, problems);
  check_expected(b, problems);
  check_reasons(b, problems);
  return problems;
}

CheckedBaselines check_baselines(const std::filesystem::path& file) {
  CheckedBaselines checked;
  const ReadReport report = read_csv<Baseline>(
      file, [&](const Baseline& b) { checked.rows.push_back(b); }, BadRows::collect);
  std::multimap<std::size_t, std::string> by_line;  // "column: what"
  for (std::size_t i = 0; i < report.bad_rows.size(); ++i) {
    const std::size_t line = report.bad_lines[i];
    const std::size_t position = std::string(FileError(file.string(), line, "", "").what()).size();
    by_line.emplace(line, report.bad_rows[i].substr(position));
  }
  std::map<std::string, std::size_t> line_of_key;
  std::size_t line = 1;
  for (const Baseline& b : checked.rows) {
    line = next_good_line(line, report.bad_lines);
    for (const BaselineProblem& problem : problems_of(b)) {
      by_line.emplace(line, fmt::format("{}: {}", problem.column, problem.what));
    }
    const auto [first, is_new] = line_of_key.emplace(key_of(b), line);
    if (!is_new) {
      by_line.emplace(line, fmt::format("line {} already says what is expected of {} {} with these "
                                        "params, bytes and nodes",
                                        first->second, b.subject_class, b.metric));
    }
  }
  for (const auto& [at, what] : by_line) checked.problems.emplace_back(file.string(), at, "", what);
  if (!report.torn_line.empty()) {
    checked.problems.emplace_back(file.string(), 0, "",
                                  "the last line is cut: " + report.torn_line);
  }
  return checked;
}

std::vector<Baseline> read_baselines(const std::filesystem::path& file) {
  CheckedBaselines checked = check_baselines(file);
  if (checked.problems.empty()) return std::move(checked.rows);
  if (checked.problems.size() == 1) throw checked.problems.front();
  std::string all = fmt::format("has {} errors:", checked.problems.size());
  for (const FileError& problem : checked.problems) all += fmt::format("\n  {}", problem.what());
  throw FileError(file.string(), 0, "", all);
}

}  // namespace plumbline
