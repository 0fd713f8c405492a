#include "reports/judging/cohort_screen.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "reports/statistics/distribution.h"
#include "reports/statistics/false_discovery.h"
#include "reports/statistics/median.h"
#include "results/schema/in_order.h"

namespace plumbline {
namespace {

/// One path of one host: its rows lie next to each other.
struct Member {
  std::uint32_t host = 0;
  std::uint32_t group = 0;
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::uint32_t path = 0;  ///< counted in its column
  double value = 0;        ///< oriented logarithm: lower is worse
};

double oriented(const TimedColumn& column, float value) {
  const double log = std::log(static_cast<double>(value));
  return column.better == Better::lower ? -log : log;
}

/// What is usual for the paths of a class among hosts of the same software, or among all.
struct Cohort {
  struct Path {
    std::vector<double> values;
    double centre = 0;
  };
  std::vector<Path> paths;
  double sigma = 0;
  std::size_t members = 0;
  std::optional<std::uint32_t> most;  ///< the most frequent group, if there are several

  bool knows(std::uint32_t path) const {
    return members >= outlier::least_members && paths[path].values.size() >= cohort::least_hosts;
  }
  CohortLevel level(std::uint32_t path) const { return {paths[path].centre, sigma, members}; }
};

/// The paths of a column.
struct ColumnPaths {
  std::vector<std::uint16_t> numbers;  ///< in the table: each once, in order
  std::vector<Tolerated> tolerated;    ///< of each
};

/// One column while it is screened.
class ColumnScreen {
 public:
  ColumnScreen(const TimedColumns& table, std::size_t number, const ColumnPaths& paths,
               const SoftwareOf& software)
      : number_(number),
        column_(table.columns[number]),
        tolerated_(paths.tolerated),
        software_(software),
        path_place_(table.paths.size()) {
    std::uint32_t place = 0;
    for (const std::uint16_t path : paths.numbers) path_place_[path] = place++;
    find_members();
    make_cohorts();
  }

  const std::vector<Member>& members() const { return members_; }

  /// The logarithm of a value relative to what is usual; nothing where that is not known.
  std::optional<double> relative(const Member& member) const {
    const Cohort& cohort = cohort_of(member.group);
    if (!cohort.knows(member.path)) return std::nullopt;
    return member.value - cohort.paths[member.path].centre;
  }

  /// Makes a candidate of a member, if it is low enough; for the distribution screen it need not
  /// lie far outside of what is usual for one value.
  std::optional<Candidate> screen(const Member& member, bool by_distribution) const {
    const Cohort& cohort = cohort_of(member.group);
    const std::uint16_t path = column_.rows[member.first_row].path;
    const Tolerated& tolerated = tolerated_[member.path];
    if (!tolerated.is_judged || !cohort.knows(member.path)) return std::nullopt;
    Candidate candidate;
    candidate.level = cohort.level(member.path);
    // Nearly all: the rest of what makes a candidate takes longer.
    if (!by_distribution && !is_far_out(member.value, candidate.level)) return std::nullopt;
    candidate.is_learned = !tolerated.deficit;
    const double limit =
        candidate.is_learned ? learned_tolerance(candidate.level) : *tolerated.deficit;
    candidate.hosts = cohort.paths[member.path].values.size();
    const double uncertainty = cohort::median_sigmas * 1.2533 * cohort.sigma /
                               std::sqrt(static_cast<double>(candidate.hosts));
    candidate.tolerance = -std::expm1(std::log1p(-limit) - uncertainty);
    const double deficit = -std::expm1(member.value - candidate.level.centre);
    const bool is_low = by_distribution
                            ? deficit > outlier::screen_share * candidate.tolerance
                            : is_candidate(member.value, candidate.level, candidate.tolerance);
    if (!is_low) return std::nullopt;
    candidate.column = number_;
    candidate.host = member.host;
    candidate.path = path;
    candidate.screened = member.value;
    candidate.group = member.group;
    candidate.most = cohort.most;
    judge(member, candidate);
    return candidate;
  }

  /// How many of its cohort are as low, for candidates.
  void rank(std::vector<Candidate>& candidates, std::size_t from) {
    for (std::size_t i = from; i < candidates.size(); ++i) {
      Candidate& candidate = candidates[i];
      auto& values = cohorts_[place_of(candidate.group)].paths[path_place_[candidate.path]].values;
      if (!std::is_sorted(values.begin(), values.end())) std::sort(values.begin(), values.end());
      candidate.as_low = static_cast<std::size_t>(
          std::upper_bound(values.begin(), values.end(), candidate.screened) - values.begin());
    }
  }

 private:
  void find_members() {
    const auto& rows = column_.rows;
    const auto is_of_the_last = [&](std::size_t i) {
      return i > 0 && rows[i].host == rows[i - 1].host && rows[i].path == rows[i - 1].path;
    };
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) count += is_of_the_last(i) ? 0U : 1U;
    members_.reserve(count);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (is_of_the_last(i)) {
        ++members_.back().rows;
        continue;
      }
      members_.push_back({rows[i].host, software_(rows[i].occasion, rows[i].host), i, 1,
                          path_place_[rows[i].path], oriented(column_, rows[i].value)});
    }
  }

  /// The first cohort is that of all; the others are those of one software that are large enough.
  void make_cohorts() {
    std::map<std::uint32_t, std::size_t> sizes;
    for (const Member& member : members_) ++sizes[member.group];
    cohorts_.resize(1);
    std::size_t small = 0;
    for (const auto& [group, size] : sizes) {
      if (size >= outlier::least_members && size < members_.size()) {
        place_by_group_[group] = cohorts_.size();
        cohorts_.emplace_back();
      } else {
        small += size;
      }
    }
    for (Cohort& cohort : cohorts_) cohort.paths.resize(tolerated_.size());
    if (small > 0) reserve(cohorts_.front());
    for (const Member& member : members_) {
      if (small > 0) add(cohorts_.front(), member);
      const std::size_t place = place_of(member.group);
      if (place != 0) add(cohorts_[place], member);
    }
    for (Cohort& cohort : cohorts_) find_level(cohort);
    if (sizes.size() > 1) {
      cohorts_.front().most =
          std::max_element(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) {
            return a.second < b.second;
          })->first;
    }
  }

  /// For all members.
  void reserve(Cohort& cohort) const {
    std::vector<std::size_t> sizes(cohort.paths.size());
    for (const Member& member : members_) ++sizes[member.path];
    for (std::size_t i = 0; i < sizes.size(); ++i) cohort.paths[i].values.reserve(sizes[i]);
  }

  static void add(Cohort& cohort, const Member& member) {
    cohort.paths[member.path].values.push_back(member.value);
    ++cohort.members;
  }

  /// All paths of a class vary alike, but not around the same value: near and far ones differ.
  static void find_level(Cohort& cohort) {
    std::vector<double> distances;
    distances.reserve(cohort.members);
    for (Cohort::Path& path : cohort.paths) {
      if (path.values.size() < cohort::least_hosts) continue;
      path.centre = median(path.values);
      for (const double value : path.values) distances.push_back(value - path.centre);
    }
    cohort.members = distances.size();
    cohort.sigma = cohort_level(distances).sigma;
  }

  std::size_t place_of(std::uint32_t group) const {
    const auto found = place_by_group_.find(group);
    return found == place_by_group_.end() ? 0 : found->second;
  }
  const Cohort& cohort_of(std::uint32_t group) const { return cohorts_[place_of(group)]; }

  /// Later values, each relative to what is usual with the software that it was measured with.
  void judge(const Member& member, Candidate& candidate) const {
    std::vector<double> fresh;
    for (std::size_t i = 1; i < member.rows; ++i) {
      const FleetRow& row = column_.rows[member.first_row + i];
      const Cohort& cohort = cohort_of(software_(row.occasion, row.host));
      const double shift =
          cohort.knows(member.path) ? cohort.level(member.path).centre - candidate.level.centre : 0;
      fresh.push_back(oriented(column_, row.value) - shift);
    }
    candidate.fresh_runs = fresh.size();
    candidate.fresh = judge_fresh(fresh, candidate.level, candidate.tolerance);
  }

  const std::size_t number_;
  const TimedColumn& column_;
  const std::vector<Tolerated>& tolerated_;
  const SoftwareOf& software_;
  std::vector<std::uint32_t> path_place_;  ///< by a path's number in the table
  std::vector<Member> members_;
  std::vector<Cohort> cohorts_;
  std::map<std::uint32_t, std::size_t> place_by_group_;
};

/// The columns that differ in size alone, which are next to each other: the size ends the key.
struct Family {
  std::size_t begin = 0, end = 0;
};

std::vector<Family> families_of(const std::vector<TimedColumn>& columns) {
  std::vector<Family> families;
  const auto name = [&](std::size_t i) {
    return std::string_view(columns[i].key).substr(0, columns[i].key.size() - 8);
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0 && name(i) == name(i - 1)) {
      families.back().end = i + 1;
    } else {
      families.push_back({i, i + 1});
    }
  }
  return families;
}

/// A member of one of the columns of a family.
struct Place {
  std::uint32_t host = 0;
  std::uint32_t column = 0;  ///< counted in the family
  std::uint32_t member = 0;
  double ratio = 0;  ///< to what is usual

  auto operator<=>(const Place&) const = default;
};

/// The members of hosts whose values of a family lie together below those of the others.
std::vector<Place> low_together(const std::vector<ColumnScreen>& screens) {
  std::vector<Place> places;
  std::size_t most = 0;
  for (const ColumnScreen& screen : screens) most += screen.members().size();
  places.reserve(most);
  for (std::uint32_t column = 0; column < screens.size(); ++column) {
    const auto& members = screens[column].members();
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const auto relative = screens[column].relative(members[i]);
      if (relative) places.push_back({members[i].host, column, i, std::exp(*relative)});
    }
  }
  if (!std::is_sorted(places.begin(), places.end())) std::sort(places.begin(), places.end());
  QuantileGrids grids(16);
  std::vector<std::pair<std::size_t, std::size_t>> of_grid;
  std::vector<double> values;
  for (std::size_t begin = 0, end = 0; begin < places.size(); begin = end) {
    values.clear();
    for (; end < places.size() && places[end].host == places[begin].host; ++end) {
      values.push_back(places[end].ratio);
    }
    if (values.size() < cohort::least_values) continue;
    grids.add(values);
    of_grid.emplace_back(begin, end);
  }
  if (grids.size() < cohort::least_hosts) return {};
  const auto middle = middle_distribution(grids);
  std::vector<Place> low;
  for (std::size_t i = 0; i < grids.size(); ++i) {
    if (shortfall(grids[i], middle) <= cohort::shortfall) continue;
    low.insert(low.end(), places.begin() + static_cast<std::ptrdiff_t>(of_grid[i].first),
               places.begin() + static_cast<std::ptrdiff_t>(of_grid[i].second));
  }
  return low;
}

std::vector<Candidate> screen_family(const TimedColumns& table, const Family& family,
                                     const std::vector<ColumnPaths>& paths,
                                     const SoftwareOf& software) {
  std::vector<ColumnScreen> screens;
  screens.reserve(family.end - family.begin);
  for (std::size_t column = family.begin; column < family.end; ++column) {
    screens.emplace_back(table, column, paths[column], software);
  }
  std::vector<std::vector<bool>> is_low(screens.size());
  for (std::size_t i = 0; i < screens.size(); ++i) is_low[i].resize(screens[i].members().size());
  for (const Place& place : low_together(screens)) is_low[place.column][place.member] = true;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < screens.size(); ++i) {
    const std::size_t before = candidates.size();
    const auto& members = screens[i].members();
    for (std::size_t member = 0; member < members.size(); ++member) {
      if (auto found = screens[i].screen(members[member], is_low[i][member])) {
        candidates.push_back(std::move(*found));
      }
    }
    screens[i].rank(candidates, before);
  }
  return candidates;
}

/// Of the paths of the table, of which there are `count`.
ColumnPaths paths_of(const TimedColumn& column, std::size_t count, const Tolerance& tolerance) {
  std::vector<bool> has(count);
  for (const FleetRow& row : column.rows) has[row.path] = true;
  ColumnPaths paths;
  for (std::size_t i = 0; i < count; ++i) {
    if (!has[i]) continue;
    const auto path = static_cast<std::uint16_t>(i);
    paths.numbers.push_back(path);
    paths.tolerated.push_back(tolerance(column, path));
  }
  return paths;
}

}  // namespace

std::vector<Candidate> find_candidates(const TimedColumns& table, const Tolerance& tolerance,
                                       const SoftwareOf& software, std::size_t threads) {
  std::vector<ColumnPaths> paths;
  for (const TimedColumn& column : table.columns) {
    paths.push_back(paths_of(column, table.paths.size(), tolerance));
  }
  const std::vector<Family> families = families_of(table.columns);
  std::vector<std::vector<Candidate>> found(families.size());
  in_any_order(families.size(), threads, [&](std::size_t i) {
    found[i] = screen_family(table, families[i], paths, software);
  });
  std::vector<Candidate> candidates;
  std::vector<double> p;
  for (auto& of_family : found) {
    for (Candidate& candidate : of_family) {
      p.push_back(candidate.fresh.p);
      candidates.push_back(std::move(candidate));
    }
  }
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].q = std::min(1.0, q[i]);
  return candidates;
}

}  // namespace plumbline
