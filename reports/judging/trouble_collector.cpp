#include "reports/judging/trouble_collector.h"

#include <algorithm>

#include "reports/evaluation/series.h"
#include "reports/pages/wording.h"

namespace plumbline {
namespace {

constexpr const char* again = "measured again";

/// Flags that say something about the statistics of a row and nothing against it.
bool is_harmless(const std::string& flag) { return flag == "correlated" || flag == "remeasured"; }

/// What is to be said about a row; nothing for most.
std::vector<std::string> troubles_of(const Measurement& row) {
  std::vector<std::string> troubles;
  if (row.outcome != Outcome::ok) troubles.emplace_back(outcome_names[row.outcome]);
  for (const std::string& flag : row.flags) {
    if (!is_harmless(flag)) troubles.push_back(flag);
  }
  return troubles;
}

bool needs_evidence(const Finding& finding) {
  return finding.verdict == Verdict::inconclusive || finding.verdict == Verdict::missing;
}

void add_word(std::string& list, const std::string& word) {
  if (list.find(word) != std::string::npos) return;
  list += (list.empty() ? "" : ", ") + word;
}

}  // namespace

void TroubleCollector::count(const std::string& what, const std::string& metric,
                             const std::string& note) {
  const bool is_full = groups_.size() >= most_groups;
  std::string key = what + '\0' + metric + '\0' + note;
  if (is_full && !groups_.contains(key)) key = what + '\0' + metric;
  Group& group = groups_[key];
  if (group.trouble.rows == 0) group.trouble = {what, metric, is_full ? "" : note, 0, 0};
  ++group.trouble.rows;
  if (group.last_host != hosts_) ++group.trouble.hosts;
  group.last_host = hosts_;
}

void TroubleCollector::add(std::span<const Finding> findings, std::span<const Measurement> rows) {
  ++hosts_;
  std::map<std::string, TroubledSeries> own;  // by the id of its finding
  const auto entry = [&](const Measurement& row) -> TroubledSeries& {
    const std::string id = finding_id(row);
    TroubledSeries& series = own[id];
    if (series.metric.empty()) {
      series.host = row.host;
      series.metric = row.metric;
      series.path = path_of(row);
      series.work = work_of(row);
    }
    return series;
  };
  for (const Measurement& row : rows) {
    if (row.attempt > 1) count(again, row.metric, "");
    const auto troubles = troubles_of(row);
    if (troubles.empty()) continue;
    TroubledSeries& series = entry(row);
    ++series.rows;
    for (const std::string& what : troubles) {
      const bool without_value = row.outcome != Outcome::ok;
      count(what, row.metric, without_value ? row.note : "");
      add_word(series.what, what);
      if (without_value) series.note = row.note;
    }
  }
  for (const Finding& finding : findings) {
    const auto found = own.find(finding.id);
    if (found == own.end() && !needs_evidence(finding)) continue;
    TroubledSeries& series = own[finding.id];
    series.finding = finding.id;
    series.verdict = finding.verdict;
    if (needs_evidence(finding)) {
      add_word(series.what, finding.verdict == Verdict::missing ? "missing" : "undecided");
      if (series.note.empty()) series.note = finding.sentence;
    }
    if (!series.metric.empty()) continue;
    series.host = finding.host;
    series.metric = finding.metric;
    series.path = path_of(finding);
    series.work = work_of(finding);
    series.rows = finding.runs;
  }
  all_series_ += own.size();
  for (auto& [id, series] : own) {
    if (series_.size() < most_series) series_.push_back(std::move(series));
  }
}

void TroubleCollector::finish(Evidence& evidence) {
  for (auto& [key, group] : groups_) evidence.troubles.push_back(std::move(group.trouble));
  evidence.troubled = std::move(series_);
  evidence.all_troubled = all_series_;
  std::ranges::stable_sort(evidence.troubled,
                           [](const auto& a, const auto& b) { return a.verdict > b.verdict; });
}

}  // namespace plumbline
