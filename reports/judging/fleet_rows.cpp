#include "reports/judging/fleet_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "reports/evaluation/expectations.h"
#include "reports/evaluation/node.h"
#include "results/schema/digits.h"
#include "results/schema/number.h"

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

TimedColumns::Path split(const std::string& text) {
  const std::size_t end = text.find(apart);
  return {text.substr(0, end), text.substr(end + 1)};
}

Occasion occasion_of(const std::string& text) {
  const auto [run, attempt] = split(text);
  return {run, parse_integer(attempt).value_or(1)};
}

/// The place of each of `names` among `sorted`.
template <class Name>
std::vector<std::uint32_t> places(const std::vector<Name>& names, const std::vector<Name>& sorted) {
  std::vector<std::uint32_t> found;
  found.reserve(names.size());
  for (const Name& name : names) {
    found.push_back(static_cast<std::uint32_t>(
        std::lower_bound(sorted.begin(), sorted.end(), name) - sorted.begin()));
  }
  return found;
}

template <class Name>
void sort_once(std::vector<Name>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

template <class Name, class Make>
std::vector<Name> made_of(const NameNumbers& numbers, const Make& make) {
  std::vector<Name> names;
  names.reserve(numbers.size());
  for (const std::string& name : numbers.names()) names.push_back(make(name));
  return names;
}

}  // namespace

TimedColumn& FleetRows::column_of(Shard& shard, const Measurement& m) {
  std::string& key = shard.key;
  key.clear();
  add(key, m.metric);
  for (const std::string* end : {&m.subject, &m.peer}) {
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
  if (shard.last_column < shard.columns.size() && shard.columns[shard.last_column].key == key) {
    return shard.columns[shard.last_column];
  }
  const auto [entry, is_new] = shard.by_key.try_emplace(key, shard.columns.size());
  shard.last_column = entry->second;
  if (is_new) {
    TimedColumn column;
    column.key = key;
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
  return shard.columns[entry->second];
}

void FleetRows::look_at(const Measurement& m) {
  if (!is_of_one_host(m)) return;
  // Threads differ in the upper bits of their ids, too.
  const std::uint64_t thread = std::hash<std::thread::id>()(std::this_thread::get_id());
  Shard& shard = shards_[(thread * 0x9E3779B97F4A7C15U) >> 60U];
  const std::lock_guard lock(shard.mutex);
  TimedColumn& column = column_of(shard, m);
  shard.path = m.subject;
  shard.path += apart;
  shard.path += m.peer;
  shard.occasion = m.run;
  shard.occasion += apart;
  append_integer(m.attempt, shard.occasion);
  const std::uint32_t path = shard.paths.number(shard.path);
  if (shard.occasions.size() == 0 || shard.occasions.name(shard.last_occasion) != shard.occasion) {
    shard.last_occasion = shard.occasions.number(shard.occasion);
  }
  const std::uint32_t occasion = shard.last_occasion;
  if (path > most_names || occasion > most_names) return;  // settle() sees that
  if (shard.hosts.size() == 0 || shard.hosts.name(shard.last_host) != m.host) {
    shard.last_host = shard.hosts.number(m.host);
  }
  column.rows.push_back({shard.last_host, static_cast<std::uint16_t>(path),
                         static_cast<std::uint16_t>(occasion), static_cast<float>(*m.median)});
}

TimedColumns FleetRows::settle() {
  TimedColumns table;
  for (const Shard& shard : shards_) {
    const auto& names = shard.hosts.names();
    table.hosts.insert(table.hosts.end(), names.begin(), names.end());
    for (const std::string& path : shard.paths.names()) table.paths.push_back(split(path));
    for (const std::string& occasion : shard.occasions.names()) {
      table.occasions.push_back(occasion_of(occasion));
    }
  }
  sort_once(table.hosts);
  sort_once(table.paths);
  sort_once(table.occasions);
  table.has_too_many_names = std::max(table.paths.size(), table.occasions.size()) > most_names;
  std::unordered_map<std::string, std::size_t> by_key;
  for (Shard& shard : shards_) {
    const auto hosts = places(shard.hosts.names(), table.hosts);
    const auto paths = places(made_of<TimedColumns::Path>(shard.paths, split), table.paths);
    const auto occasions = places(made_of<Occasion>(shard.occasions, occasion_of), table.occasions);
    for (TimedColumn& from : shard.columns) {
      if (table.has_too_many_names) break;
      for (FleetRow& row : from.rows) {
        row = {hosts[row.host], static_cast<std::uint16_t>(paths[row.path]),
               static_cast<std::uint16_t>(occasions[row.occasion]), row.value};
      }
      const auto [entry, is_new] = by_key.try_emplace(from.key, table.columns.size());
      if (is_new) {
        table.columns.push_back(std::move(from));
      } else {
        auto& rows = table.columns[entry->second].rows;
        rows.insert(rows.end(), from.rows.begin(), from.rows.end());
        from.rows = {};
      }
    }
    shard.hosts = shard.paths = shard.occasions = {};
    shard.columns = {};
    shard.by_key = {};
    shard.last_host = shard.last_occasion = 0;
  }
  std::sort(table.columns.begin(), table.columns.end(),
            [](const TimedColumn& a, const TimedColumn& b) { return a.key < b.key; });
  for (TimedColumn& column : table.columns) {
    auto& rows = column.rows;
    if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
    // A row that stands in the file twice counts once.
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }
  return table;
}

}  // namespace plumbline
