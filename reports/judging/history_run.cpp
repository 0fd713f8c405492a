#include "reports/judging/history_run.h"

#include <algorithm>
#include <unordered_map>

#include "reports/judging/history_file.h"
#include "reports/judging/name_numbers.h"
#include "results/schema/device.h"

namespace plumbline {
namespace {

/// UUID or serial number by host and subject.
using PartNames = std::unordered_map<std::string, std::string>;

std::string subject_of(const std::string& host, const std::string& subject) {
  return host + '\x1f' + subject;
}

PartNames part_names(std::span<const RunDirectory> runs) {
  PartNames names;
  for (const RunDirectory& run : runs) {
    if (!std::filesystem::exists(run.devices())) continue;
    read_csv<Device>(
        run.devices(),
        [&](const Device& device) {
          const std::string& name = device.uuid.empty() ? device.serial : device.uuid;
          if (!name.empty()) names[subject_of(device.host, device.subject)] = name;
        },
        BadRows::collect);
  }
  return names;
}

void find_parts(const PartNames& names, HistoryRun& history) {
  if (names.empty()) return;
  const TimedColumns& table = history.table;
  for (const TimedColumn& column : table.columns) {
    for (const FleetRow& row : column.rows) history.part_of.push_back({row.host, row.path, 0});
    std::sort(history.part_of.begin(), history.part_of.end());
    history.part_of.erase(std::unique(history.part_of.begin(), history.part_of.end()),
                          history.part_of.end());
  }
  NameNumbers parts;
  std::erase_if(history.part_of, [&](PathPart& part) {
    const TimedColumns::Path& path = table.paths[part.path];
    const std::string& host = table.hosts[part.host];
    const auto subject = names.find(subject_of(host, path.subject));
    const auto peer = path.peer.empty() ? names.end() : names.find(subject_of(host, path.peer));
    if (subject == names.end() && peer == names.end()) return true;
    std::string name = subject == names.end() ? "" : subject->second;
    if (!path.peer.empty()) name += '>' + (peer == names.end() ? "" : peer->second);
    part.part = parts.number(name);
    return false;
  });
  history.parts = parts.names();
}

}  // namespace

HistoryRun history_of(TimedColumns table, std::span<const RunDirectory> runs) {
  HistoryRun history;
  if (!runs.empty()) history.run = runs.back().name();
  history.table = std::move(table);
  const SoftwareGroups software(runs);
  history.software = software.groups();
  for (const std::string& host : history.table.hosts) {
    std::uint32_t group = 0;
    for (const RunDirectory& run : runs) {
      if (const std::uint32_t found = software.of(run.name(), host); found != 0) group = found;
    }
    history.software_of.push_back(group);
  }
  find_parts(part_names(runs), history);
  return history;
}

HistoryRun read_history_run(const RunDirectory& run) {
  if (auto kept = read_history_file(run)) return std::move(*kept);
  FleetRows rows;
  if (std::filesystem::exists(run.measurements())) {
    read_csv<Measurement>(
        run.measurements(), [&](const Measurement& m) { rows.look_at(m); }, BadRows::collect);
  }
  HistoryRun history = history_of(rows.settle(), std::span(&run, 1));
  write_history_file(history, run);
  return history;
}

}  // namespace plumbline
