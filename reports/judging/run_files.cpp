#include "reports/judging/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include "reports/evaluation/sentence.h"
#include "results/schema/journal.h"
#include "results/schema/measurement.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::string file;
  std::size_t line = 0;
};

/// "dir/measurements.csv:17: median: ..." -> dir/measurements.csv and 17.
std::optional<Place> place_of(const std::string& bad_row) {
  const std::size_t end = bad_row.find(": ");
  const std::size_t colon = bad_row.rfind(':', end - 1);
  if (end == std::string::npos || colon == std::string::npos) return std::nullopt;
  const auto line = parse_integer(std::string_view(bad_row).substr(colon + 1, end - colon - 1));
  if (!line) return std::nullopt;
  return Place{bad_row.substr(0, colon), *line};
}

std::size_t host_column() {
  const auto columns = csv_columns<Measurement>();
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), "host") -
                                  columns.begin());
}

std::string cell(std::string_view line, std::size_t column) {
  for (; column > 0; --column) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return {};
    line.remove_prefix(comma + 1);
  }
  const std::size_t comma = line.find(',');
  return comma == std::string_view::npos ? std::string() : std::string(line.substr(0, comma));
}

}  // namespace

Denominator read_manifests(std::span<const RunDirectory> runs) {
  Denominator denominator;
  std::map<std::string, ManifestEntry> by_host;
  for (const RunDirectory& run : runs) {
    if (!fs::exists(run.manifest())) {
      denominator.notes.push_back(run.name() +
                                  " has no manifest.csv: which nodes should be there is unknown");
      continue;
    }
    denominator.sources.push_back(run.manifest().string());
    read_csv<ManifestEntry>(run.manifest(), [&](const ManifestEntry& entry) {
      const auto [known, is_new] = by_host.emplace(entry.host, entry);
      if (!is_new && known->second.instance_type != entry.instance_type) {
        denominator.notes.push_back(fmt::format(
            "{}: {} is a {}, in an earlier manifest a {}, which holds", run.manifest().string(),
            entry.host, entry.instance_type, known->second.instance_type));
      }
    });
  }
  for (auto& [host, entry] : by_host) denominator.nodes.push_back(std::move(entry));
  return denominator;
}

std::vector<fs::path> measurement_files(std::span<const RunDirectory> runs) {
  std::vector<fs::path> files;
  for (const RunDirectory& run : runs) {
    if (fs::exists(run.measurements())) files.push_back(run.measurements());
  }
  return files;
}

std::string what_did_not_end(const RunDirectory& run) {
  if (!fs::exists(run.journal())) return {};
  std::map<std::string, bool> ended;
  bool is_of_many_hosts = false, has_run_ended = false;
  read_journal(run.journal(), [&](const JournalEvent& event) {
    const std::string& what = event.event;
    if (!event.task.empty()) ended[event.task] = what == "task_ended";
    is_of_many_hosts |= what == "fleet_run_started";
    if (what == "resumed" || what == "retried") has_run_ended = false;
    if (what == "measured" || what == "run_ended") has_run_ended = true;
  });
  std::vector<std::string> tasks;
  for (const auto& [task, has_ended] : ended) {
    if (!has_ended) tasks.push_back(task);
  }
  const std::string go_on = fmt::format("go on with `plumbline resume {}`", run.name());
  if (!tasks.empty()) {
    return fmt::format("{} of {} did not end ({}): {}", counted(tasks.size(), "task"), run.name(),
                       fmt::join(tasks, ", "), go_on);
  }
  // Of many hosts what comes next is planned when it begins.
  if (is_of_many_hosts && !has_run_ended) {
    return fmt::format("{} did not come to its end: {}", run.name(), go_on);
  }
  return {};
}

std::vector<std::string> hosts_of_bad_rows(std::span<const std::string> bad_rows) {
  std::map<std::string, std::map<std::size_t, std::size_t>> wanted;  // file, line -> which bad row
  for (std::size_t i = 0; i < bad_rows.size(); ++i) {
    if (const auto place = place_of(bad_rows[i])) wanted[place->file][place->line] = i;
  }
  std::vector<std::string> hosts(bad_rows.size());
  for (const auto& [file, lines] : wanted) {
    std::ifstream stream(file, std::ios::binary);
    std::string text;
    std::size_t line = 0;
    auto next = lines.begin();
    while (next != lines.end() && std::getline(stream, text)) {
      if (++line != next->first) continue;
      hosts[next->second] = cell(text, host_column());
      ++next;
    }
  }
  return hosts;
}

}  // namespace plumbline
