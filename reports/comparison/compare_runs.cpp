#include "reports/comparison/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/comparison/change.h"
#include "reports/evaluation/node.h"
#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/series_verdict.h"
#include "reports/statistics/false_discovery.h"
#include "reports/statistics/median.h"
#include "results/schema/file_error.h"
#include "results/schema/host_order.h"

namespace plumbline {
namespace {

/// The rows of one measurement on one host, before and after. Of paths to other hosts all those
/// from one end: who the partner is changes from run to run.
struct Pair {
  std::vector<Measurement> before;
  std::vector<Measurement> after;
};

std::string key_of_row(const Measurement& m) {
  return m.metric + '\x1f' + counted_as(path_of(m)) + '\x1f' + std::to_string(m.bytes) + '\x1f' +
         format_params(m.params);
}

/// All repetitions as one series, whatever the partner was.
Series as_series(const std::vector<Measurement>& rows) {
  Series series;
  std::vector<Series> parts = series_of(rows);
  for (Series& part : parts) {
    series.values.insert(series.values.end(), part.values.begin(), part.values.end());
    series.without.insert(series.without.end(), part.without.begin(), part.without.end());
  }
  return series;
}

bool is_timed(const Series& series) {
  return std::all_of(series.values.begin(), series.values.end(), [](const Measurement* m) {
    return m->better != Better::exact && m->median && *m->median > 0;
  });
}

std::vector<RunValue> run_values(const Series& series, double spread) {
  std::vector<RunValue> runs;
  for (const Measurement* m : series.values) {
    runs.push_back({*m->median, variance_within(*m, spread)});
  }
  return runs;
}

std::string fact_of(const Series& series) {
  const Measurement& m = *series.values.back();
  return m.median ? quantity(*m.median, m.unit) : m.text;
}

std::set<Provenance> provenances(const Series& series) {
  std::set<Provenance> found;
  for (const Measurement* m : series.values) found.insert(m->provenance);
  return found;
}

struct Group {
  ComparedValue about;
  std::vector<Change> hosts;   ///< of hosts in both
  std::vector<double> before;  ///< logarithms of hosts that are on one side alone
  std::vector<double> after;
  double sigma = 0;  ///< of one value: the greatest
};

struct Candidate {
  ComparedValue about;
  Change change;
  const Group* group = nullptr;
};

class Comparer {
 public:
  Comparer(BaselineStore& baselines, Comparison& result) : baselines_(baselines), result_(result) {}

  void host(const std::string& name, std::map<std::string, Pair>& pairs) {
    const bool before = has_any(pairs, &Pair::before);
    const bool after = has_any(pairs, &Pair::after);
    if (before) ++result_.hosts_before;
    if (after) ++result_.hosts_after;
    if (before && after) {
      ++result_.hosts_in_both;
      compare(name, pairs);
      return;
    }
    auto& only = before ? result_.only_before : result_.only_after;
    if (only.size() < Comparison::most_hosts) only.push_back(name);
    for (const auto& [key, pair] : pairs) add_to_fleet(before ? pair.before : pair.after, before);
  }

  void finish() {
    result_.two_fleets = result_.hosts_in_both == 0;
    finish_groups();
    finish_series();
    for (auto& [key, fact] : facts_) result_.facts.push_back(std::move(fact));
    std::stable_sort(result_.facts.begin(), result_.facts.end(),
                     [](const ChangedFact& a, const ChangedFact& b) {
                       return a.worse != b.worse ? a.worse : a.times > b.times;
                     });
  }

 private:
  static bool has_any(const std::map<std::string, Pair>& pairs,
                      std::vector<Measurement> Pair::*side) {
    return std::any_of(pairs.begin(), pairs.end(),
                       [&](const auto& entry) { return !(entry.second.*side).empty(); });
  }

  void compare(const std::string& name, const std::map<std::string, Pair>& pairs) {
    std::map<Group*, std::vector<Change>> of_host;
    for (const auto& [key, pair] : pairs) {
      const Series before = as_series(pair.before);
      const Series after = as_series(pair.after);
      if (before.values.empty() && after.values.empty()) continue;
      if (after.values.empty()) {
        if (after.without.empty()) {
          ++result_.series_before;
        } else {
          const Measurement& m = *after.without.back();
          note_fact(m, "measured", fmt::format("{}: {}", happened_to(m), reason_of(m)), true);
        }
        continue;
      }
      if (before.values.empty()) {
        ++result_.series_after;
        continue;
      }
      const auto was = provenances(before);
      if (was.size() != 1 || was != provenances(after)) {
        ++result_.mixed;
        continue;
      }
      result_.simulated |= was.contains(Provenance::simulated);
      const Measurement& last = *after.values.back();
      compare_transports(*before.values.back(), last);
      if (!is_timed(before) || !is_timed(after)) {
        compare_facts(before, after);
        continue;
      }
      if (before.values.back()->unit != last.unit || before.values.back()->better != last.better) {
        note_fact(last, before.values.back()->unit, last.unit, false);
        continue;
      }
      const double spread = spread_of(last);
      const Change change =
          change_of_series(run_values(before, spread), run_values(after, spread), spread);
      Group& group = group_of(last);
      group.sigma = std::max(group.sigma, spread);
      ++group.about.series;
      ++result_.compared;
      of_host[&group].push_back(change);
      keep_if_changed(name, last, change, group);
    }
    for (auto& [group, changes] : of_host) group->hosts.push_back(one_of(changes));
  }

  /// The series of a host share its runs, so their number does not make the host more certain.
  static Change one_of(const std::vector<Change>& changes) {
    Change one = change_of_hosts(changes);
    double error = 0;
    for (const Change& change : changes) error = std::max(error, change.error);
    one.error = error;
    return one;
  }

  void keep_if_changed(const std::string& host, const Measurement& m, const Change& change,
                       const Group& group) {
    if (change.p() > comparison::false_discoveries || std::abs(change.shift) < comparison::least) {
      return;
    }
    Candidate candidate{group.about, change, &group};
    candidate.about.scope = ComparedScope::series;
    candidate.about.host = host;
    candidate.about.path = counted_as(path_of(m));
    candidate.about.hosts = candidate.about.series = 1;
    candidates_.push_back(std::move(candidate));
  }

  void add_to_fleet(const std::vector<Measurement>& rows, bool before) {
    const Series series = as_series(rows);
    if (series.values.empty() || !is_timed(series)) return;
    std::vector<double> values;
    for (const Measurement* m : series.values) values.push_back(*m->median);
    Group& group = group_of(*series.values.back());
    group.sigma = std::max(group.sigma, spread_of(*series.values.back()));
    (before ? group.before : group.after).push_back(std::log(median(std::move(values))));
  }

  double spread_of(const Measurement& m) {
    const Expectations& expectations = baselines_.of_type(m.instance_type);
    const auto answered = expectations.answered_by(m);
    if (!answered.empty() && expectations.all()[answered.front()].spread) {
      return *expectations.all()[answered.front()].spread;
    }
    return default_spread(m.metric, m.better);
  }

  Group& group_of(const Measurement& m) {
    ComparedValue about;
    about.instance_type = m.instance_type;
    about.metric = m.metric;
    about.path = class_of(path_of(m));
    about.bytes = m.bytes;
    about.params = m.params;
    about.unit = m.unit;
    about.better = m.better;
    about.provenance = m.provenance;
    const std::string key =
        fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", m.instance_type, m.metric, about.path,
                    m.bytes, format_params(m.params), provenance_names[m.provenance]);
    return groups_.try_emplace(key, Group{about, {}, {}, {}, 0}).first->second;
  }

  void compare_transports(const Measurement& before, const Measurement& after) {
    if (before.transport == after.transport) return;
    Measurement m = after;
    m.metric = m.metric + " (transport)";
    note_fact(m, before.transport, after.transport, false);
  }

  void compare_facts(const Series& before, const Series& after) {
    const std::string was = fact_of(before);
    const std::string is = fact_of(after);
    if (was == is) return;
    const Measurement& m = *after.values.back();
    const Expectations& expectations = baselines_.of_type(m.instance_type);
    const auto answered = expectations.answered_by(m);
    const Baseline* b = answered.empty() ? nullptr : &expectations.all()[answered.front()];
    const bool worse = judge_series(after, b).verdict == Verdict::fail &&
                       judge_series(before, b).verdict != Verdict::fail;
    note_fact(m, was, is, worse);
  }

  void note_fact(const Measurement& m, const std::string& before, const std::string& after,
                 bool worse) {
    const std::string subject = class_of(path_of(m));
    std::string key = m.metric + '\x1f' + subject + '\x1f' + before + '\x1f' + after;
    if (facts_.size() >= Comparison::most_facts && !facts_.contains(key)) key = "others";
    const auto [fact, is_new] = facts_.try_emplace(key);
    if (is_new && key == "others") fact->second = {"others", "", "", "", 0, m.host, false};
    if (is_new && key != "others")
      fact->second = {m.metric, subject, before, after, 0, m.host, false};
    ++fact->second.times;
    fact->second.worse |= worse;
  }

  static void take(const Change& change, ComparedValue& value) {
    const double reach = comparison::confidence_z * change.error;
    value.before = change.before;
    value.after = change.after;
    value.ratio = std::exp(change.shift);
    value.ratio_low = std::exp(change.shift - reach);
    value.ratio_high = std::exp(change.shift + reach);
    value.p = change.p();
  }

  /// How bad: below 0 is worse.
  static double oriented(const ComparedValue& value) {
    const double shift = std::log(value.ratio);
    return value.better == Better::higher ? shift : -shift;
  }

  void finish_groups() {
    std::vector<std::pair<Group*, Change>> compared;
    std::vector<double> p;
    for (auto& [key, group] : groups_) {
      if (!group.hosts.empty()) {
        group.about.hosts = group.hosts.size();
        compared.emplace_back(&group, change_of_hosts(group.hosts));
      } else if (result_.two_fleets && !group.before.empty() && !group.after.empty()) {
        group.about.hosts = std::min(group.before.size(), group.after.size());
        group.about.series = group.before.size() + group.after.size();
        compared.emplace_back(&group, change_of_fleets(group.before, group.after, group.sigma));
        result_.compared += group.about.series;
      } else {
        continue;
      }
      p.push_back(compared.back().second.p());
    }
    const auto adjusted = benjamini_hochberg(p);
    for (std::size_t i = 0; i < compared.size(); ++i) {
      auto& [group, change] = compared[i];
      take(change, group->about);
      group->about.verdict =
          verdict_of(change, group->about.better, adjusted[i] <= comparison::false_discoveries);
      result_.groups.push_back(group->about);
    }
    sort_worst_first(result_.groups);
  }

  /// What changed otherwise than its group.
  void finish_series() {
    StreamedDiscoveries discoveries(comparison::false_discoveries);
    const auto own_shift = [](const Candidate& candidate) {
      const ComparedValue& group = candidate.group->about;
      const bool moved =
          group.verdict == ChangeVerdict::worse || group.verdict == ChangeVerdict::better;
      return candidate.change.shift - (moved ? std::log(group.ratio) : 0);
    };
    for (const Candidate& candidate : candidates_) {
      discoveries.add(candidate.change.p_of(own_shift(candidate)));
    }
    for (std::uint64_t i = candidates_.size(); i < result_.compared; ++i) discoveries.add(1);
    const double threshold = discoveries.threshold();
    for (Candidate& candidate : candidates_) {
      const double own = own_shift(candidate);
      if (candidate.change.p_of(own) > threshold || std::abs(own) < comparison::least) continue;
      if ((own > 0) != (candidate.change.shift > 0)) continue;  // it changed less than its group
      ComparedValue& value = candidate.about;
      take(candidate.change, value);
      value.verdict = verdict_of(candidate.change, value.better, true);
      ++(value.verdict == ChangeVerdict::worse ? result_.series_worse : result_.series_better);
      result_.series.push_back(std::move(value));
    }
    sort_worst_first(result_.series);
    if (result_.series.size() > Comparison::most_series) {
      result_.series.resize(Comparison::most_series);
    }
  }

  static void sort_worst_first(std::vector<ComparedValue>& values) {
    std::stable_sort(values.begin(), values.end(),
                     [](const ComparedValue& a, const ComparedValue& b) {
                       if (a.verdict != b.verdict) return a.verdict > b.verdict;
                       return oriented(a) < oriented(b);
                     });
  }

  BaselineStore& baselines_;
  Comparison& result_;
  std::map<std::string, Group> groups_;
  std::vector<Candidate> candidates_;
  std::map<std::string, ChangedFact> facts_;
};

std::vector<std::filesystem::path> files_of(std::span<const RunDirectory> before,
                                            std::span<const RunDirectory> after) {
  std::vector<std::filesystem::path> files;
  for (const auto* side : {&before, &after}) {
    for (const RunDirectory& run : *side) {
      if (std::filesystem::exists(run.measurements())) files.push_back(run.measurements());
    }
  }
  return files;
}

}  // namespace

std::uint64_t Comparison::groups_that_are(ChangeVerdict verdict) const {
  return static_cast<std::uint64_t>(
      std::count_if(groups.begin(), groups.end(),
                    [&](const ComparedValue& group) { return group.verdict == verdict; }));
}

bool Comparison::is_worse() const {
  return groups_that_are(ChangeVerdict::worse) + series_worse > 0 ||
         std::any_of(facts.begin(), facts.end(), [](const ChangedFact& f) { return f.worse; });
}

bool Comparison::is_incomplete() const {
  if (groups.empty()) return true;
  return series_before + mixed > 0 || (!two_fleets && hosts_before > hosts_in_both);
}

Comparison compare_runs(std::span<const RunDirectory> before, std::span<const RunDirectory> after,
                        BaselineStore& baselines) {
  Comparison result;
  std::set<std::string> names, later;
  for (const RunDirectory& run : before) {
    result.before.push_back(run.name());
    names.insert(run.name());
  }
  for (const RunDirectory& run : after) {
    if (names.contains(run.name())) {
      throw FileError(run.path().string(), 0, "",
                      "a run of this name is on the other side too: its rows cannot be told apart");
    }
    result.after.push_back(run.name());
    later.insert(run.name());
  }
  Comparer comparer(baselines, result);
  const HostOrderReport report = read_by_host(
      files_of(before, after), [&](const std::string& host, std::span<const Measurement> rows) {
        std::map<std::string, Pair> pairs;
        for (const Measurement& m : rows) {
          if (m.metric == task_metric) continue;
          Pair& pair = pairs[key_of_row(m)];
          if (names.contains(m.run)) {
            pair.before.push_back(m);
          } else if (later.contains(m.run)) {
            pair.after.push_back(m);
          } else {
            throw FileError(host, 0, "run",
                            "found rows of run \"" + m.run +
                                "\", which is no folder that is "
                                "compared: give a run's folder its own name again");
          }
        }
        comparer.host(host, pairs);
      });
  comparer.finish();
  if (!report.bad_rows.empty()) {
    result.notes.push_back(fmt::format("{} left out, the first: {}",
                                       counted(report.bad_rows.size(), "row"),
                                       report.bad_rows.front()));
  }
  result.software = compare_software(before, after);
  return result;
}

}  // namespace plumbline
