#include "reports/judging/fabric_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "reports/statistics/median.h"

namespace plumbline {
namespace {

constexpr std::size_t small_fleet = 64;      // hosts whose pairs are all shown
constexpr std::size_t most_meetings = 4000;  // of the suspects of a larger one

using localisation::PairPath;

/// The names of the rounds by their numbers; those of a single run without its name.
std::vector<std::string> round_names(const PairRows& rows) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < rows.rounds().size(); ++i) names.push_back(rows.rounds().name(i));
  std::ranges::sort(names);
  const auto run_of = [](const std::string& name) { return name.substr(0, name.find(' ')); };
  const bool one_run = std::ranges::all_of(
      names, [&](const std::string& name) { return run_of(name) == run_of(names.front()); });
  if (one_run) {
    for (std::string& name : names) name = name.substr(name.find(' ') + 1);
  }
  return names;
}

/// Puts the numbers that are used into order, without gaps.
class Order {
 public:
  template <class Less>
  Order(const std::set<std::uint32_t>& used, const Less& less)
      : in_order_(used.begin(), used.end()) {
    std::ranges::stable_sort(in_order_, less);
    for (std::uint32_t i = 0; i < in_order_.size(); ++i) place_[in_order_[i]] = i;
  }
  std::uint32_t place(std::uint32_t number) const { return place_.at(number); }
  const std::vector<std::uint32_t>& in_order() const { return in_order_; }

 private:
  std::vector<std::uint32_t> in_order_;
  std::map<std::uint32_t, std::uint32_t> place_;
};

/// A path as the pictures need it: of one that failed the rate is 0.
struct Seen {
  PairPath path;
  double rate = 0;

  bool failed() const { return rate == 0; }
  double deviation() const { return failed() ? 0 : std::expm1(path.deviation); }
};

/// Calls `each` with all paths of a group and with what failed, which is not among them.
void each_path(const FabricGroup& group, const FabricMap& map, const PairRows& rows,
               const std::function<void(const Seen&)>& each) {
  for (std::size_t i = 0; i < group.deviations.paths.size(); ++i) {
    each({group.deviations.paths[i], static_cast<double>(group.rates[i])});
  }
  const auto kind = rows.kinds().find(group.key);
  if (kind == rows.kinds().end()) return;
  const std::vector<std::uint32_t> round_of = rounds_by_name(rows);
  for (const PairRow& row : kind->second.rows) {
    const std::uint32_t from = map.node_of(row.from_host);
    const std::uint32_t to = map.node_of(row.to_host);
    if (row.rate != 0 || from == FabricMap::nowhere || to == FabricMap::nowhere) continue;
    if (map.types[from] != group.instance_type || map.types[to] != group.instance_type) continue;
    PairPath path{from, to, round_of[row.round], map.rail_of(from, row.from_nic),
                  map.rail_of(to, row.to_nic)};
    if (from > to) {
      std::swap(path.a, path.b);
      std::swap(path.rail_a, path.rail_b);
    }
    each({path, 0});
  }
}

void take(FabricCell& cell, std::uint32_t a, std::uint32_t b, const Seen& seen) {
  cell.a = std::min(a, b), cell.b = std::max(a, b);
  if (seen.failed()) {
    ++cell.failed;
    return;
  }
  cell.deviation = cell.paths == 0 ? seen.deviation() : std::min(cell.deviation, seen.deviation());
  ++cell.paths;
}

template <class Key>
std::vector<FabricCell> cells_of(std::map<Key, FabricCell>& by_pair) {
  std::vector<FabricCell> cells;
  for (auto& [key, cell] : by_pair) cells.push_back(cell);
  return cells;
}

std::string path_name(const FabricMap& map, const PairPath& path) {
  const auto end = [&](std::uint32_t node, std::uint32_t rail) {
    return rail == FabricMap::nowhere ? map.hosts[node]
                                      : map.hosts[node] + '/' + map.nic_name(node, rail);
  };
  return end(path.a, path.rail_a) + " with " + end(path.b, path.rail_b);
}

/// The rounds of a group while its paths go by.
class Rounds {
 public:
  void take(const Seen& one, double gate) {
    One& round = by_number_[one.path.round];
    if (one.failed()) {
      ++round.told.failed;
      return;
    }
    ++round.told.paths;
    if (one.deviation() < -gate) ++round.told.slow;
    round.rates.push_back(one.rate);
    if (!round.slowest || one.path.deviation < round.slowest->path.deviation) round.slowest = one;
  }

  /// And where the round of a number stands among them.
  std::vector<FabricRound> in_order(const FabricMap& map, const std::vector<std::string>& names,
                                    std::map<std::uint32_t, std::uint32_t>& places) {
    std::vector<FabricRound> rounds;
    for (auto& [number, round] : by_number_) {
      round.told.name = names[number];
      if (round.slowest) {
        round.told.median = median(std::move(round.rates));
        round.told.slowest = round.slowest->rate;
        round.told.slowest_path = path_name(map, round.slowest->path);
      }
      places.emplace(number, static_cast<std::uint32_t>(rounds.size()));
      rounds.push_back(std::move(round.told));
    }
    return rounds;
  }

 private:
  struct One {
    FabricRound told;
    std::vector<double> rates;
    std::optional<Seen> slowest;
  };
  std::map<std::uint32_t, One> by_number_;
};

FabricPicture picture_of(const FabricGroup& group, const FabricMap& map, const PairRows& rows,
                         const std::vector<std::string>& names,
                         const std::set<std::uint32_t>& suspects) {
  FabricPicture picture;
  picture.name = group.name;
  picture.instance_type = group.instance_type;
  picture.unit = group.unit;
  picture.simulated = group.simulated;
  picture.nodes = group.nodes;
  picture.paths = group.paths;
  picture.rails = group.rails;
  picture.neutral = group.gate;
  for (const auto& [reference, expected] :
       {std::pair(&group.deviations.within_leaves, &picture.expected_within),
        std::pair(&group.deviations.across_leaves, &picture.expected_across)}) {
    if (!*reference) continue;
    *expected = std::exp((*reference)->reference);
    picture.noise = std::max(picture.noise, (*reference)->sigma);
    picture.expected_from = localisation::reference_basis_names[(*reference)->basis];
  }

  const auto& leaf_of = map.fabric.leaf_of;
  std::set<std::uint32_t> used_hosts, used_leaves;
  Rounds rounds;
  each_path(group, map, rows, [&](const Seen& one) {
    used_hosts.insert({one.path.a, one.path.b});
    used_leaves.insert({leaf_of[one.path.a], leaf_of[one.path.b]});
    rounds.take(one, group.gate);
  });
  const Order leaves(used_leaves, std::less<>());
  const Order hosts(used_hosts, [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(leaf_of[a], a) < std::pair(leaf_of[b], b);
  });
  for (const std::uint32_t leaf : leaves.in_order()) {
    picture.leaves.push_back({map.leaf_names[leaf], map.above_leaf[leaf]});
  }
  for (const std::uint32_t host : hosts.in_order()) {
    picture.hosts.push_back({map.hosts[host], map.leaf_names[leaf_of[host]]});
    // A leaf that is not known is that of one host.
    auto& leaf = picture.leaves[leaves.place(leaf_of[host])];
    if (leaf.name.empty()) leaf.name = map.hosts[host];
  }

  std::map<std::uint32_t, std::uint32_t> round_number;
  picture.rounds = rounds.in_order(map, names, round_number);
  picture.has_all_meetings = picture.hosts.size() <= small_fleet;
  std::map<std::pair<std::uint32_t, std::uint32_t>, FabricCell> between_leaves, between_hosts;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, FabricMeeting> meetings;
  each_path(group, map, rows, [&](const Seen& one) {
    const std::uint32_t leaf_a = leaves.place(leaf_of[one.path.a]);
    const std::uint32_t leaf_b = leaves.place(leaf_of[one.path.b]);
    take(between_leaves[std::minmax(leaf_a, leaf_b)], leaf_a, leaf_b, one);
    const bool is_shown =
        picture.has_all_meetings || suspects.contains(one.path.a) || suspects.contains(one.path.b);
    if (!is_shown) return;
    const std::uint32_t a = hosts.place(one.path.a), b = hosts.place(one.path.b);
    if (picture.has_all_meetings) take(between_hosts[std::minmax(a, b)], a, b, one);
    const std::uint32_t round = round_number.at(one.path.round);
    const std::tuple key(round, std::min(a, b), std::max(a, b));
    if (meetings.size() >= most_meetings && !meetings.contains(key)) return;
    FabricMeeting& meeting = meetings[key];
    meeting.round = round;
    if (!one.failed()) {
      meeting.slowest = meeting.hosts.paths == 0 ? one.rate : std::min(meeting.slowest, one.rate);
    }
    take(meeting.hosts, a, b, one);
  });
  picture.between_leaves = cells_of(between_leaves);
  picture.between_hosts = cells_of(between_hosts);
  for (const auto& [key, meeting] : meetings) picture.meetings.push_back(meeting);
  return picture;
}

}  // namespace

std::vector<FabricPicture> fabric_pictures(std::span<const FabricGroup> groups,
                                           const FabricMap& map, const PairRows& rows,
                                           const std::set<std::uint32_t>& suspects) {
  const std::vector<std::string> names = round_names(rows);
  std::vector<FabricPicture> pictures;
  for (const FabricGroup& group : groups) {
    pictures.push_back(picture_of(group, map, rows, names, suspects));
  }
  return pictures;
}

}  // namespace plumbline
