#include "reports/comparison/comparison_words.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/evaluation/sentence.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

std::string changed_by(double ratio) {
  const std::string size = percent(std::abs(ratio - 1));
  return size == "0 %" ? size : (ratio > 1 ? "+" : "-") + size;
}

}  // namespace

std::string comparison_headline(const Comparison& c) {
  if (c.is_worse()) return "WORSE";
  if (c.groups.empty()) return "NOT COMPARABLE";
  const bool better = c.groups_that_are(ChangeVerdict::better) + c.series_better > 0;
  const std::string word = better ? "BETTER" : "NO CHANGE";
  return c.is_incomplete() ? word + ", but not all was measured again" : word;
}

std::string comparison_summary(const Comparison& c) {
  std::string text = fmt::format(
      "{}: {} worse, {} better, {} the same, {} unclear",
      counted(c.groups.size(), "kind") + " of measurement", c.groups_that_are(ChangeVerdict::worse),
      c.groups_that_are(ChangeVerdict::better), c.groups_that_are(ChangeVerdict::same),
      c.groups_that_are(ChangeVerdict::unclear));
  if (c.series_worse + c.series_better > 0) {
    text += fmt::format("; of {} series {} worse and {} better for themselves", c.compared,
                        c.series_worse, c.series_better);
  }
  return text;
}

std::string words_of(const ComparedValue& v) {
  std::string name = v.host.empty() ? v.path : v.host + ' ' + v.path;
  name += ' ' + v.metric;
  if (v.bytes != 0) name += ' ' + format_bytes(v.bytes);
  if (!v.params.empty()) name += " (" + format_params(v.params) + ')';
  std::string text = fmt::format("{}: {} -> {}, {} ({} to {})", name, quantity(v.before, ""),
                                 quantity(v.after, v.unit), changed_by(v.ratio),
                                 changed_by(v.ratio_low), changed_by(v.ratio_high));
  if (v.scope == ComparedScope::group) text += ", " + counted(v.hosts, "host");
  return text;
}

std::string words_of(const ChangedFact& f) {
  if (f.subject.empty()) return fmt::format("{} of other facts", f.times);
  return fmt::format("{}{} {}: {} -> {}, {} times, first on {}", f.worse ? "worse  " : "",
                     f.subject, f.metric, f.before.empty() ? "(empty)" : f.before,
                     f.after.empty() ? "(empty)" : f.after, f.times, f.host);
}

std::string words_of(const ChangedSoftware& s) {
  return fmt::format("{}: {} -> {}", s.key, s.before, s.after);
}

std::string names_of_runs(const std::vector<std::string>& runs) {
  if (runs.empty()) return "no run";
  if (runs.size() == 1) return runs.front();
  return fmt::format("{} and {}", runs.front(), counted(runs.size() - 1, "more run"));
}

}  // namespace plumbline
