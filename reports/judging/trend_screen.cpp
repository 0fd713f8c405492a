#include "reports/judging/trend_screen.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/statistics/change_point.h"
#include "reports/statistics/median.h"
#include "reports/statistics/variance.h"

namespace plumbline {
namespace {

constexpr std::size_t polishing = 3;
constexpr std::size_t least_pairs = 50;
constexpr double least_sigma = 0.0005;

/// What hosts with the same software have in common in one run.
struct Cell {
  std::uint32_t run = 0, software = 0;
  std::size_t members = 0;
  std::size_t hosts = 0;
  double level = 0;
  bool is_large() const { return hosts >= trend::least_hosts; }
};

/// A run of a series: its first value, then the fresh ones.
struct Point {
  std::uint32_t series = 0;
  std::uint32_t cell = 0;
  std::size_t first = 0, count = 0;  ///< among the values
};

class Column {
 public:
  Column(std::vector<TrendValue> values, double default_sigma, std::span<const KnownStart> known)
      : values_(std::move(values)), sigma_(default_sigma), known_(known) {
    std::sort(values_.begin(), values_.end());
    find_points();
    find_levels();
    find_sigma();
  }

  ColumnTrend watch() {
    ColumnTrend found;
    found.events = events();
    std::uint32_t last_run = 0;
    for (const Cell& cell : cells_) last_run = std::max(last_run, cell.run);
    for (std::size_t begin = 0, end = 0; begin < points_.size(); begin = end) {
      while (end < points_.size() && points_[end].series == points_[begin].series) ++end;
      if (cells_[points_[end - 1].cell].run != last_run) continue;
      const auto alarm = watch_series(std::span(points_).subspan(begin, end - begin));
      if (alarm) found.alarms.push_back(*alarm);
    }
    return found;
  }

 private:
  void find_points() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const TrendValue& v = values_[i];
      if (i > 0 && values_[i - 1].series == v.series && values_[i - 1].run == v.run) {
        ++points_.back().count;
        continue;
      }
      const auto [entry, is_new] = numbers.try_emplace(std::pair(v.run, v.software),
                                                       static_cast<std::uint32_t>(cells_.size()));
      if (is_new) cells_.push_back({v.run, v.software});
      points_.push_back({v.series, entry->second, i, 1});
    }
    members_.resize(cells_.size());
    for (std::size_t i = 0; i < points_.size(); ++i) members_[points_[i].cell].push_back(i);
    std::vector<std::uint32_t> hosts;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      hosts.clear();
      for (const std::size_t i : members_[cell]) hosts.push_back(values_[points_[i].first].host);
      std::sort(hosts.begin(), hosts.end());
      cells_[cell].hosts =
          static_cast<std::size_t>(std::unique(hosts.begin(), hosts.end()) - hosts.begin());
      cells_[cell].members = members_[cell].size();
    }
  }

  double first_value(const Point& point) const { return values_[point.first].value; }

  /// Levels of series and of cells in turns: what is left is of one series in one run (Tukey's
  /// median polish). Only large cells have a level of their own.
  void find_levels() {
    std::vector<double> bases(points_.empty() ? 0 : points_.back().series + 1U, 0);
    std::vector<double> some;
    for (std::size_t round = 0; round < polishing; ++round) {
      for (std::size_t begin = 0, end = 0; begin < points_.size(); begin = end) {
        some.clear();
        for (; end < points_.size() && points_[end].series == points_[begin].series; ++end) {
          some.push_back(first_value(points_[end]) - cells_[points_[end].cell].level);
        }
        bases[points_[begin].series] = median(some);
      }
      for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
        if (!cells_[cell].is_large()) continue;
        some.clear();
        for (const std::size_t i : members_[cell]) {
          some.push_back(first_value(points_[i]) - bases[points_[i].series]);
        }
        cells_[cell].level = median(some);
      }
    }
    lend_levels();
  }

  /// What few hosts measured is compared at the level of the many: of the same run, else of the
  /// large cell before it.
  void lend_levels() {
    std::vector<std::size_t> order(cells_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const Cell& left = cells_[a];
      const Cell& right = cells_[b];
      return std::tuple(left.run, !left.is_large(), right.members, left.software) <
             std::tuple(right.run, !right.is_large(), left.members, right.software);
    });
    const Cell* before = nullptr;  // the largest one of the newest run that has one
    for (const std::size_t i : order) {
      Cell& cell = cells_[i];
      if (cell.is_large()) {
        if (before == nullptr || before->run != cell.run) before = &cell;
      } else if (before != nullptr) {
        cell.level = before->level;
      }
    }
  }

  double rest(const Point& point, std::size_t i) const {
    return values_[point.first + i].value - cells_[point.cell].level;
  }

  void find_sigma() {
    std::vector<double> differences;
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (points_[i].series != points_[i - 1].series) continue;
      differences.push_back(rest(points_[i], 0) - rest(points_[i - 1], 0));
    }
    if (differences.size() < least_pairs) return;
    sigma_ = std::max(least_sigma, *sigma_of_pairs(differences));
  }

  std::vector<FleetEvent> events() const {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> moves;  // from cell, to cell
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (points_[i].series == points_[i - 1].series) {
        ++moves[{points_[i - 1].cell, points_[i].cell}];
      }
    }
    std::vector<FleetEvent> found;
    for (const auto& [move, members] : moves) {
      const Cell& before = cells_[move.first];
      const Cell& now = cells_[move.second];
      if (!before.is_large() || !now.is_large() || 2 * members < now.members) continue;
      const auto mode = [&](const Cell& cell) {
        return CommonMode{
            cell.level,
            std::max(0.002, 1.25 * sigma_ / std::sqrt(static_cast<double>(cell.members)))};
      };
      if (!is_fleet_event(mode(before), mode(now))) continue;
      found.push_back(
          {now.run, before.software, now.software, now.level - before.level, now.hosts});
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  /// Whether what happened to the series between these runs is known.
  bool is_known(std::uint32_t series, std::uint32_t before, std::uint32_t now) const {
    const auto is_between = [&](std::uint32_t of) {
      const auto next = std::upper_bound(known_.begin(), known_.end(), KnownStart{of, before});
      return next != known_.end() && next->series == of && next->run <= now;
    };
    return is_between(series) || is_between(KnownStart::every_series);
  }

  std::optional<TrendAlarm> watch_series(std::span<const Point> points) const {
    TrendWatch watch(sigma_);
    std::optional<double> earlier_base;
    enum class State { steady, asks, regressed } state = State::steady;
    std::vector<double> fresh;
    std::vector<double> since;  // first values since a regression was confirmed
    std::size_t begin = 0;      // of the present segment
    std::size_t confirmed_by = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Point& point = points[i];
      const Cell& cell = cells_[point.cell];
      if (i > 0) {
        const Cell& before = cells_[points[i - 1].cell];
        // Where few share a change of software, it cannot be told from a change of the part.
        const bool is_other = !cell.is_large() && cell.software != before.software;
        const bool known = is_known(points.front().series, before.run, cell.run);
        if (is_other || known) {
          earlier_base.reset();
          if (known && watch.has_base()) earlier_base = watch.base();
          watch.accept();
          state = State::steady;
          begin = i;
        }
      }
      std::size_t used = 0;
      if (state == State::steady) {
        if (watch.add(rest(point, 0)) != TrendWatch::State::measure_again) continue;
        state = State::asks;
        fresh.clear();
        used = 1;
      }
      if (state == State::asks) {
        for (std::size_t k = used; k < point.count; ++k) fresh.push_back(rest(point, k));
        switch (watch.confirm(fresh)) {
          case TrendWatch::Decision::measure_again:
            break;
          case TrendWatch::Decision::steady:
            state = State::steady;
            break;
          case TrendWatch::Decision::regression:
            state = State::regressed;
            confirmed_by = fresh.size();
            since.clear();
            break;
        }
        continue;
      }
      since.push_back(rest(point, 0));
      const std::size_t last = std::min(since.size(), trend::recovered_runs);
      if (last == trend::recovered_runs &&
          std::all_of(since.end() - static_cast<std::ptrdiff_t>(last), since.end(),
                      [&](double value) { return value > watch.base() - watch.least() / 2; })) {
        watch.confirm(std::vector<double>(3, watch.base()));  // steady again
        state = State::steady;
      }
    }
    if (state == State::steady) return std::nullopt;
    TrendAlarm alarm;
    alarm.series = points.front().series;
    alarm.is_regression = state == State::regressed;
    alarm.is_slow = watch.is_slow();
    alarm.runs = points.size() - begin;
    alarm.since = cells_[points[begin].cell].run;
    for (const Point& point : points) {
      const std::uint32_t host = values_[point.first].host;
      if (host != values_[points.back().first].host) alarm.moved_from = host;
    }
    alarm.fresh_runs = alarm.is_regression ? confirmed_by : fresh.size();
    const double level = cells_[points.back().cell].level;
    alarm.base = watch.base() + level;
    if (earlier_base) alarm.earlier_base = *earlier_base + level;
    alarm.sigma = watch.sigma();
    fresh.insert(fresh.end(), since.begin(), since.end());
    if (fresh.empty()) fresh.push_back(rest(points.back(), 0));
    alarm.deficit = -std::expm1(median(fresh) - watch.base());
    date(points.subspan(begin), alarm);
    return alarm;
  }

  void date(std::span<const Point> points, TrendAlarm& alarm) const {
    if (points.size() > trend::dated_runs) points = points.last(trend::dated_runs);
    std::vector<double> values;
    for (const Point& point : points) values.push_back(rest(point, 0));
    const auto change = date_change(values);
    if (!change) return;
    const auto run = [&](std::size_t i) { return cells_[points[i].cell].run; };
    alarm.changed = run(change->index);
    alarm.first = run(change->first);
    alarm.last = run(change->last);
    const auto shift = shift_between(std::span(values).first(change->index),
                                     std::span(values).subspan(change->index));
    if (shift)
      std::tie(alarm.shift, alarm.low, alarm.high) =
          std::tuple(shift->shift, shift->low, shift->high);
  }

  std::vector<TrendValue> values_;
  double sigma_;
  std::span<const KnownStart> known_;
  std::vector<Point> points_;
  std::vector<Cell> cells_;
  std::vector<std::vector<std::size_t>> members_;  ///< points of each cell
};

}  // namespace

ColumnTrend watch_column(std::vector<TrendValue> values, double default_sigma,
                         std::span<const KnownStart> known) {
  if (values.empty()) return {};
  return Column(std::move(values), default_sigma, known).watch();
}

}  // namespace plumbline
