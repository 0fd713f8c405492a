#include "reports/judging/fleet_rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <thread>
#include <utility>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/node.h"
#include "results/schema/in_order.h"

namespace plumbline {
namespace {

constexpr char apart = '\x1f';
constexpr std::size_t most_names = std::numeric_limits<std::uint16_t>::max();

void add(std::string& key, std::string_view part) {
  key += part;
  key += apart;
}

/// What several hosts did together says nothing about one of them, and zero is no value.
bool is_of_one_host(const Measurement& m) {
  return m.better != Better::exact && m.outcome == Outcome::ok && m.median &&
         std::isfinite(*m.median) && *m.median > 0 && m.metric != task_metric &&
         m.subject != "group" && m.peer.find('/') == std::string::npos &&
         !m.params.contains("nodes");
}

std::string key_of(const Measurement& m) {
  std::string key;
  add(key, m.metric);
  for (const std::string* end : {&m.subject.str(), &m.peer}) {
    std::copy_if(end->begin(), end->end(), std::back_inserter(key),
                 [](char c) { return c < '0' || c > '9'; });
    key += apart;
  }
  add(key, m.instance_type);
  for (const auto& [name, value] : m.params) {
    add(key, name);
    add(key, value);
  }
  add(key, m.unit);
  key += static_cast<char>('0' + static_cast<int>(m.better));
  key += static_cast<char>('0' + static_cast<int>(m.provenance));
  for (std::size_t shift = 0; shift < 64; shift += 8) {
    key += static_cast<char>(m.bytes >> shift & 0xFFU);
  }
  return key;
}

/// The place of each of `names` among `sorted`.
template <class Name, class Sorted>
std::vector<std::uint32_t> places(const std::vector<Name>& names,
                                  const std::vector<Sorted>& sorted) {
  std::vector<std::uint32_t> found;
  found.reserve(names.size());
  for (const Name& name : names) {
    found.push_back(static_cast<std::uint32_t>(
        std::lower_bound(sorted.begin(), sorted.end(), name) - sorted.begin()));
  }
  return found;
}

template <class Name, class To>
void append(const std::vector<Name>& names, std::vector<To>& to) {
  to.insert(to.end(), names.begin(), names.end());
}

template <class Name>
void sort_once(std::vector<Name>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

/// The numbers that a shard's names have in the table.
struct Numbers {
  std::vector<std::uint32_t> hosts, paths, occasions;
};

/// What a shard has of a column.
struct Part {
  std::vector<FleetRow> rows;
  std::size_t shard = 0;
};

/// Each host's rows come in few pieces, and they are few: they are put together, then in order.
void sort_by_host(std::vector<FleetRow>& rows, std::size_t hosts) {
  if (std::ranges::is_sorted(rows)) return;
  if (rows.size() < hosts) {
    std::ranges::sort(rows);
    return;
  }
  std::vector<std::size_t> end(hosts + 1);  // of each host's rows, first as their count
  for (const FleetRow& row : rows) ++end[row.host + 1];
  std::partial_sum(end.begin(), end.end(), end.begin());
  std::vector<FleetRow> sorted(rows.size());
  for (const FleetRow& row : rows) sorted[end[row.host]++] = row;
  std::size_t begin = 0;
  for (std::size_t host = 0; host < hosts; begin = end[host++]) {
    const auto of_host = std::span(sorted).subspan(begin, end[host] - begin);
    if (!std::ranges::is_sorted(of_host)) std::ranges::sort(of_host);
  }
  rows = std::move(sorted);
}

/// The rows of one column from all shards, in order; one that stands in the file twice counts once.
std::vector<FleetRow> gathered(std::span<const Part> parts, std::span<const Numbers> numbers,
                               std::size_t hosts) {
  std::vector<FleetRow> rows;
  for (const Part& part : parts) {
    const Numbers& number = numbers[part.shard];
    rows.reserve(rows.size() + part.rows.size());
    for (const FleetRow& row : part.rows) {
      rows.push_back({number.hosts[row.host], static_cast<std::uint16_t>(number.paths[row.path]),
                      static_cast<std::uint16_t>(number.occasions[row.occasion]), row.value});
    }
  }
  sort_by_host(rows, hosts);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace

FleetRows::Place FleetRows::place_of(Shard& shard, const Measurement& m) {
  std::string key = key_of(m);
  const auto [entry, is_new] = shard.by_key.try_emplace(key, shard.columns.size());
  if (is_new) {
    TimedColumn column;
    column.key = std::move(key);
    column.instance_type = m.instance_type;
    column.metric = m.metric;
    column.subject_class = class_of(path_of(m));
    column.bytes = m.bytes;
    column.params = m.params;
    column.unit = m.unit;
    column.better = m.better;
    column.provenance = m.provenance;
    shard.columns.push_back(std::move(column));
  }
  return {entry->second, shard.paths.number({m.subject, m.peer})};
}

void FleetRows::look_at(const Measurement& m) {
  if (!is_of_one_host(m)) return;
  // Threads differ in the upper bits of their ids, too.
  const std::uint64_t thread = std::hash<std::thread::id>()(std::this_thread::get_id());
  Shard& shard = shards_[(thread * 0x9E3779B97F4A7C15U) >> 60U];
  const std::lock_guard lock(shard.mutex);
  const Place& place = shard.places.of(m, [&] { return place_of(shard, m); });
  const std::uint32_t occasion = shard.occasions.number({m.run, m.attempt});
  if (place.path > most_names || occasion > most_names) return;  // settle() sees that
  shard.columns[place.column].rows.push_back(
      {shard.hosts.number(m.host), static_cast<std::uint16_t>(place.path),
       static_cast<std::uint16_t>(occasion), static_cast<float>(*m.median)});
}

TimedColumns FleetRows::settle(std::size_t threads) {
  TimedColumns table;
  for (const Shard& shard : shards_) {
    append(shard.hosts.values(), table.hosts);
    append(shard.paths.values(), table.paths);
    append(shard.occasions.values(), table.occasions);
  }
  sort_once(table.hosts);
  sort_once(table.paths);
  sort_once(table.occasions);
  table.has_too_many_names = std::max(table.paths.size(), table.occasions.size()) > most_names;
  std::vector<Numbers> numbers;
  std::map<std::string, std::pair<TimedColumn, std::vector<Part>>> columns;  // by their keys
  for (Shard& shard : shards_) {
    numbers.push_back({places(shard.hosts.values(), table.hosts),
                       places(shard.paths.values(), table.paths),
                       places(shard.occasions.values(), table.occasions)});
    if (table.has_too_many_names) continue;
    for (TimedColumn& column : shard.columns) {
      auto rows = std::exchange(column.rows, {});
      auto& [own, of_shards] = columns.try_emplace(column.key).first->second;
      own = std::move(column);
      of_shards.push_back({std::move(rows), numbers.size() - 1});
    }
  }
  std::vector<std::vector<Part>> parts;
  for (auto& [key, column] : columns) {
    table.columns.push_back(std::move(column.first));
    parts.push_back(std::move(column.second));
  }
  in_any_order(parts.size(), threads, [&](std::size_t i) {
    table.columns[i].rows = gathered(parts[i], numbers, table.hosts.size());
    parts[i].clear();
  });
  for (Shard& shard : shards_) {
    shard.hosts = {};
    shard.paths = {};
    shard.occasions = {};
    shard.columns = {};
    shard.by_key = {};
    shard.places.clear();
  }
  return table;
}

}  // namespace plumbline
