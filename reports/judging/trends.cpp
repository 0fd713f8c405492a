#include "reports/judging/trends.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "reports/evaluation/noise.h"
#include "reports/evaluation/sentence.h"
#include "reports/evaluation/series.h"
#include "reports/evaluation/timed_rule.h"
#include "reports/judging/name_numbers.h"
#include "reports/judging/tolerated.h"
#include "reports/statistics/median.h"
#include "results/schema/in_order.h"

namespace plumbline {
namespace {

/// A regression that no baseline tolerates or not fails beyond this.
constexpr double tolerated_without_baseline = 0.05;
constexpr std::uint32_t no_index = 0xFFFFFFFF;

/// The same column in several runs.
struct ColumnOfRun {
  std::size_t run = 0;
  const TimedColumn* column = nullptr;
};

/// Numbers hosts, software and series over all runs, and follows each series through them.
class Follower {
 public:
  explicit Follower(std::vector<HistoryRun> runs) : runs_(std::move(runs)) {
    for (const HistoryRun& run : runs_) number(run);
    const std::size_t last = runs_.size() - 1;
    for (const TimedColumn& column : runs_[last].table.columns) {
      columns_of_[column.key].push_back({last, &column});
    }
    for (std::size_t run = 0; run < last; ++run) {
      for (const TimedColumn& column : runs_[run].table.columns) {
        const auto found = columns_of_.find(column.key);
        if (found != columns_of_.end()) found->second.push_back({run, &column});
      }
    }
    for (std::uint32_t i = 0; i < series_of_.back().size(); ++i) {
      if (series_of_.back()[i] != no_index) present_[series_of_.back()[i]] = i;
    }
  }

  const std::string& run_name(std::size_t run) const { return runs_[run].run; }
  const TimedColumns& present() const { return runs_.back().table; }
  std::string software_change(const FleetEvent& event) const {
    return difference(software_[event.software], software_[event.software_before]);
  }

  /// Where a series is now: a host and a path of present().
  std::pair<std::uint32_t, std::uint32_t> place_of(std::uint32_t series) const {
    const std::uint32_t at = present_.at(series);
    const auto paths = static_cast<std::uint32_t>(present().paths.size());
    return {at / paths, at % paths};
  }
  const std::string& host_name(std::uint32_t host) const { return hosts_.name(host); }
  std::string part_of(std::uint32_t series) const {
    const std::string& name = series_.name(series);
    return name.substr(name.rfind('\x1f') + 1);
  }

  std::vector<std::string> run_names() const {
    std::vector<std::string> names;
    for (const HistoryRun& run : runs_) names.push_back(run.run);
    return names;
  }

  /// The median of a series in each run, or of all series of the column; NaN where there is none.
  std::vector<double> medians_of(const TimedColumn& column,
                                 std::optional<std::uint32_t> series) const {
    std::vector<double> medians(runs_.size(), std::numeric_limits<double>::quiet_NaN());
    for (const ColumnOfRun& of : columns_of_.at(column.key)) {
      const std::size_t paths = runs_[of.run].table.paths.size();
      std::vector<double> values;
      for (const FleetRow& row : of.column->rows) {
        if (series && series_of_[of.run][row.host * paths + row.path] != *series) continue;
        values.push_back(static_cast<double>(row.value));
      }
      if (!values.empty()) medians[of.run] = median(std::move(values));
    }
    return medians;
  }

  /// The first run that is not named before `name`; nothing if there is none.
  std::optional<std::size_t> run_from(const std::string& name) const {
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      if (runs_[run].run >= name) return run;
    }
    return std::nullopt;
  }

  /// What a known change is about; false if nothing has that name.
  bool add_known(const KnownChange& change) {
    const auto run = run_from(change.run);
    if (!run) return false;
    const auto number = static_cast<std::uint32_t>(*run);
    if (change.host.empty() && change.subject.empty()) {
      known_.push_back({change.metric, {KnownStart::every_series, number}});
      return true;
    }
    const TimedColumns& table = runs_[*run].table;
    bool any = false;
    for (std::size_t place = 0; place < series_of_[*run].size(); ++place) {
      const std::uint32_t series = series_of_[*run][place];
      const std::string& host = table.hosts[place / table.paths.size()];
      const TimedColumns::Path& path = table.paths[place % table.paths.size()];
      const bool is_meant =
          (change.host.empty() || change.host == host) &&
          (change.subject.empty() || change.subject == path.subject || change.subject == path.peer);
      if (series == no_index || !is_meant) continue;
      known_.push_back({change.metric, {series, number}});
      any = true;
    }
    return any;
  }

  ColumnTrend watch(const TimedColumn& column) const {
    std::vector<TrendValue> values;
    const auto& in_runs = columns_of_.at(column.key);
    for (const ColumnOfRun& each : in_runs) add_values(each, values);
    std::vector<KnownStart> known;
    for (const auto& [metric, start] : known_) {
      if (column.metric.starts_with(metric)) known.push_back(start);
    }
    std::sort(known.begin(), known.end());
    return watch_column(std::move(values), default_spread(column.metric, column.better), known);
  }

 private:
  void number(const HistoryRun& run) {
    std::vector<std::uint32_t> software;
    for (const Versions& versions : run.software) {
      const auto [entry, is_new] =
          software_numbers_.try_emplace(versions, static_cast<std::uint32_t>(software_.size()));
      if (is_new) software_.push_back(versions);
      software.push_back(entry->second);
    }
    const TimedColumns& table = run.table;
    auto& host_of = host_of_.emplace_back();
    auto& software_of = software_of_.emplace_back();
    for (std::size_t host = 0; host < table.hosts.size(); ++host) {
      host_of.push_back(hosts_.number(table.hosts[host]));
      software_of.push_back(software[run.software_of[host]]);
    }
    auto& series_of = series_of_.emplace_back(table.hosts.size() * table.paths.size(), no_index);
    for (const PathPart& part : run.part_of) {
      series_of[part.host * table.paths.size() + part.path] = part.part;
    }
    std::vector<bool> is_named(series_of.size());
    std::string name;
    for (const TimedColumn& column : table.columns) {
      for (const FleetRow& row : column.rows) {
        const std::size_t place = row.host * table.paths.size() + row.path;
        if (is_named[place]) continue;
        is_named[place] = true;
        name_series(run, row, series_of[place], name);
        series_of[place] = series_.number(name);
      }
    }
  }

  /// A part is the same wherever it is; a path with two ends is of its host and of what is there.
  static void name_series(const HistoryRun& run, const FleetRow& row, std::uint32_t part,
                          std::string& name) {
    const TimedColumns::Path& path = run.table.paths[row.path];
    name.clear();
    if (part == no_index || !path.peer.empty()) {
      name += run.table.hosts[row.host];
      name += '\x1f';
      name += path.subject;
      name += '\x1f';
      name += path.peer;
    }
    name += '\x1f';
    if (part != no_index) name += run.parts[part];
  }

  void add_values(const ColumnOfRun& of, std::vector<TrendValue>& values) const {
    const HistoryRun& run = runs_[of.run];
    std::uint32_t attempt = 0;
    const FleetRow* before = nullptr;
    for (const FleetRow& row : of.column->rows) {
      const bool is_same =
          before != nullptr && before->host == row.host && before->path == row.path;
      attempt = is_same ? attempt + 1 : 0;
      before = &row;
      const double log = std::log(static_cast<double>(row.value));
      values.push_back({series_of_[of.run][row.host * run.table.paths.size() + row.path],
                        static_cast<std::uint32_t>(of.run), attempt, host_of_[of.run][row.host],
                        software_of_[of.run][row.host],
                        of.column->better == Better::lower ? -log : log});
    }
  }

  std::vector<HistoryRun> runs_;
  NameNumbers hosts_, series_;
  std::vector<Versions> software_;
  std::map<Versions, std::uint32_t> software_numbers_;
  std::vector<std::vector<std::uint32_t>> host_of_, software_of_;  ///< by run, and its host
  std::vector<std::vector<std::uint32_t>> series_of_;              ///< by run, its host and path
  std::unordered_map<std::string, std::vector<ColumnOfRun>> columns_of_;
  std::unordered_map<std::uint32_t, std::uint32_t> present_;
  std::vector<std::pair<std::string, KnownStart>> known_;  ///< with what a metric begins with
};

std::vector<ColumnTrend> watch_all(const Follower& follower, std::size_t threads) {
  const auto& columns = follower.present().columns;
  std::vector<ColumnTrend> found(columns.size());
  in_any_order(columns.size(), threads,
               [&](std::size_t i) { found[i] = follower.watch(columns[i]); });
  return found;
}

std::string signed_percent(double shift) {
  return (shift < 0 ? "-" : "+") + percent(std::abs(std::expm1(shift)));
}

/// What all hosts have in common is one event, however many of their metrics show it.
std::vector<FleetChange> fleet_changes(const Follower& follower,
                                       const std::vector<ColumnTrend>& trends,
                                       const std::vector<KnownChange>& known) {
  struct Shown {
    FleetEvent event;
    std::size_t column = 0;
    std::size_t columns = 0;
  };
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Shown> by_change;
  for (std::size_t i = 0; i < trends.size(); ++i) {
    for (const FleetEvent& event : trends[i].events) {
      Shown& shown = by_change[{event.run, event.software_before, event.software}];
      ++shown.columns;
      if (shown.columns > 1 && std::abs(event.shift) <= std::abs(shown.event.shift)) continue;
      shown.event = event;
      shown.column = i;
    }
  }
  std::vector<FleetChange> changes;
  for (const auto& change : by_change) {
    const Shown& shown = change.second;
    const TimedColumn& column = follower.present().columns[shown.column];
    const double shift = column.better == Better::lower ? -shown.event.shift : shown.event.shift;
    std::string note =
        fmt::format("one event of the fleet in {}: {} of {} changed by {} on {} together",
                    follower.run_name(shown.event.run), column.metric, column.subject_class,
                    signed_percent(shift), counted(shown.event.hosts, "host"));
    if (shown.columns > 1) {
      note += fmt::format(", with {}", counted(shown.columns - 1, "more measurement"));
    }
    const std::string software = follower.software_change(shown.event);
    note += "; " + (software.empty() ? "no change of software is known" : software);
    const auto of_this = std::ranges::find_if(known, [&](const KnownChange& k) {
      return k.host.empty() && k.subject.empty() && column.metric.starts_with(k.metric) &&
             follower.run_from(k.run) == std::size_t{shown.event.run};
    });
    note +=
        of_this == known.end() ? "; no part is at fault for that" : "; known: " + of_this->reason;
    changes.push_back({shown.event.run, note});
  }
  return changes;
}

std::string dated(const Trends::Standing& standing) {
  if (standing.alarm.is_slow) {
    return fmt::format("it got so over weeks, in the middle {} ({} to {})", standing.changed,
                       standing.first, standing.last);
  }
  if (standing.first == standing.last) return "it changed in " + standing.changed;
  return fmt::format("it changed in {} ({} to {})", standing.changed, standing.first,
                     standing.last);
}

std::string sentence_of(const Trends::Standing& standing, const Finding& f) {
  const TrendAlarm& alarm = standing.alarm;
  const double base = value_of(alarm.base, f.better);
  const double found = value_of(alarm.base + std::log1p(-alarm.deficit), f.better);
  const double deviation = found / base - 1;
  std::string text = fmt::format(
      "{} {} ({}) is {} {} {}, its own level in {} since {}", label(f), quantity(found, f.unit),
      counted(std::max<std::size_t>(1, alarm.fresh_runs), "fresh run"),
      percent(std::abs(deviation)), deviation < 0 ? "below" : "above", quantity(base, f.unit),
      counted(alarm.runs, "run"), standing.since);
  if (alarm.earlier_base) {
    text += fmt::format(" (before a known change {})",
                        quantity(value_of(*alarm.earlier_base, f.better), f.unit));
  }
  text += fmt::format("; {}, by {} ({} to {})", dated(standing), percent(-std::expm1(alarm.shift)),
                      percent(-std::expm1(alarm.high)), percent(-std::expm1(alarm.low)));
  text += fmt::format("; at most {} is tolerated ({})", percent(standing.tolerance),
                      standing.is_contract ? "its baseline" : "as no baseline says it");
  if (!standing.part.empty()) text += "; it is " + standing.part;
  if (!standing.moved_from.empty()) text += ", which was in " + standing.moved_from + " before";
  return text;
}

/// What makes its present level the one to compare with.
std::string known_line(const Trends::Standing& standing, const Finding& f) {
  std::string line =
      csv_line(KnownChange{standing.known_from, f.host, f.subject, f.metric, "(the reason)"});
  line.pop_back();
  return line;
}

/// False if nothing was changed.
bool judge_by_past(const Trends::Standing& standing, Finding& f) {
  const TrendAlarm& alarm = standing.alarm;
  const bool more_runs = f.runs < rule::looks.back();
  if (!alarm.is_regression) {
    if (f.verdict >= Verdict::missing || !more_runs) return false;
    f.remeasure = true;
    f.sentence = sentence_of(f);
    f.sentence += fmt::format("; {} below its own level in {}: fresh runs decide",
                              percent(alarm.deficit), counted(alarm.runs - 1, "earlier run"));
    return true;
  }
  f.sentence = sentence_of(f);
  const std::string sentence = sentence_of(standing, f);
  const Verdict verdict = alarm.deficit > standing.tolerance ? Verdict::fail : Verdict::warn;
  if (verdict <= f.verdict && f.verdict != Verdict::unjudged) {
    f.sentence += "; " + sentence;
    return true;
  }
  f.sentence = f.expected.empty() ? sentence
                                  : fmt::format("{}; without its past it is {}: {}", sentence,
                                                verdict_names[f.verdict], f.sentence);
  f.verdict = verdict;
  f.rule = "trend regression";
  f.remeasure = false;
  compare_with(f, alarm.base, standing.tolerance, alarm.deficit);
  f.basis = "history";
  f.source = fmt::format("{} of the same part since {}", counted(alarm.runs - 1, "earlier run"),
                         standing.since);
  f.action = verdict == Verdict::fail
                 ? "Look at what was done to it then; if nothing explains it, reboot the node, and "
                   "if that does not help, replace the part."
                 : "Watch it: it is worse than it was, within what is tolerated.";
  f.action += fmt::format(" If it is meant to be so, say it in {} beside the earlier runs: {}",
                          known_changes_file, known_line(standing, f));
  return true;
}

}  // namespace

namespace {

constexpr std::size_t most_told = 40;    // series in the report
constexpr std::size_t most_levels = 12;  // and levels of the fleet

TrendSeries series_of(const TimedColumn& column, const Measurement& m,
                      const Trends::Standing& standing) {
  TrendSeries series;
  series.host = m.host;
  series.subject = path_of(m);
  series.metric = column.metric;
  series.bytes = column.bytes;
  series.params = column.params;
  series.unit = column.unit;
  series.base = value_of(standing.alarm.base, column.better);
  series.is_regression = standing.alarm.is_regression;
  series.changed = standing.alarm.changed;
  series.part = standing.part;
  series.moved_from = standing.moved_from;
  return series;
}

/// Of what changed on all hosts together.
void add_levels(const Follower& follower, const std::vector<ColumnTrend>& trends,
                TrendHistory& told) {
  std::size_t added = 0;
  for (std::size_t i = 0; i < trends.size() && added < most_levels; ++i) {
    if (trends[i].events.empty()) continue;
    const TimedColumn& column = follower.present().columns[i];
    TrendSeries level;
    level.subject = column.subject_class;
    level.metric = column.metric;
    level.bytes = column.bytes;
    level.params = column.params;
    level.unit = column.unit;
    level.values = follower.medians_of(column, std::nullopt);
    told.series.push_back(std::move(level));
    ++added;
  }
}

}  // namespace

Trends::Trends(HistoryRun judged, History history, BaselineStore& baselines, std::size_t threads)
    : notes_(std::move(history.notes)) {
  history.runs.push_back(std::move(judged));
  Follower follower(std::move(history.runs));
  std::size_t of_nothing = 0;
  for (const KnownChange& change : history.known) {
    of_nothing += follower.add_known(change) ? 0U : 1U;
  }
  if (of_nothing > 0) {
    notes_.push_back(fmt::format("{}: no run, host or subject of the history is meant by {}",
                                 known_changes_file, counted(of_nothing, "line")));
  }
  const TimedColumns& present = follower.present();
  const auto trends = watch_all(follower, threads);
  told_.runs = follower.run_names();
  told_.changes = fleet_changes(follower, trends, history.known);
  for (const FleetChange& change : told_.changes) notes_.push_back(change.text);
  std::size_t asking = 0;
  for (std::size_t i = 0; i < trends.size(); ++i) {
    const TimedColumn& column = present.columns[i];
    for (const TrendAlarm& alarm : trends[i].alarms) {
      const auto [host, path] = follower.place_of(alarm.series);
      Measurement m = about(present, column, path);
      m.host = present.hosts[host];
      const Tolerated tolerated = tolerated_by(baselines.of_type(column.instance_type), m);
      if (!tolerated.is_judged) continue;
      asking += alarm.is_regression ? 0U : 1U;
      Standing standing;
      standing.alarm = alarm;
      standing.is_contract = tolerated.deficit.has_value();
      standing.tolerance = tolerated.deficit.value_or(tolerated_without_baseline);
      standing.part = follower.part_of(alarm.series);
      standing.changed = follower.run_name(alarm.changed);
      standing.first = follower.run_name(alarm.first);
      standing.last = follower.run_name(alarm.last);
      standing.since = follower.run_name(alarm.since);
      if (alarm.moved_from) standing.moved_from = follower.host_name(*alarm.moved_from);
      // Where it is now it may have come after it changed.
      standing.known_from = alarm.moved_from ? told_.runs.back() : standing.changed;
      if (told_.series.size() < most_told) {
        told_.series.push_back(series_of(column, m, standing));
        told_.series.back().values = follower.medians_of(column, alarm.series);
      } else {
        ++told_.left_out;
      }
      by_host_[m.host].emplace_back(finding_id(m), std::move(standing));
    }
  }
  add_levels(follower, trends, told_);
  if (asking > 0) {
    notes_.push_back(
        fmt::format("{} lower than in the past: fresh runs decide",
                    asking == 1 ? "1 measurement is" : fmt::format("{} measurements are", asking)));
  }
}

bool Trends::judge(const std::string& host, std::vector<Finding>& findings) const {
  const auto standings = by_host_.find(host);
  if (standings == by_host_.end()) return false;
  bool changed = false;
  for (const auto& [id, standing] : standings->second) {
    for (Finding& f : findings) {
      if (f.id == id && is_open(f)) changed |= judge_by_past(standing, f);
    }
  }
  return changed;
}

}  // namespace plumbline
