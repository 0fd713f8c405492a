#include "reports/judging/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "reports/evaluation/sentence.h"
#include "results/schema/file_error.h"
#include "results/schema/in_order.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// 12 bytes each.
constexpr std::size_t most_rows = 100'000'000;

/// Runs are named by their time, so their names are in its order.
std::vector<RunDirectory> runs_before(const fs::path& folder, std::span<const RunDirectory> judged,
                                      std::size_t& later) {
  std::string first = judged.front().name();
  for (const RunDirectory& run : judged) first = std::min(first, run.name());
  std::vector<RunDirectory> runs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const RunDirectory run = RunDirectory::at(entry.path());
    if (!entry.is_directory() || !fs::exists(run.measurements())) continue;
    if (std::any_of(judged.begin(), judged.end(), [&](const RunDirectory& other) {
          return fs::equivalent(other.path(), run.path());
        })) {
      continue;
    }
    if (run.name() > first) {
      ++later;
    } else {
      runs.push_back(run);
    }
  }
  std::sort(runs.begin(), runs.end(),
            [](const RunDirectory& a, const RunDirectory& b) { return a.name() < b.name(); });
  return runs;
}

std::size_t rows_of(const HistoryRun& run) {
  std::size_t rows = 0;
  for (const TimedColumn& column : run.table.columns) rows += column.rows.size();
  return rows;
}

struct Loaded {
  std::optional<HistoryRun> run;
  std::string problem;
};

Loaded load(const RunDirectory& run) {
  try {
    return {read_history_run(run), ""};
  } catch (const std::exception& error) {
    return {std::nullopt, error.what()};
  }
}

}  // namespace

History read_history(const fs::path& folder, std::span<const RunDirectory> judged,
                     std::size_t threads) {
  if (!fs::is_directory(folder)) {
    throw FileError(folder.string(), 0, "", "there is no such folder of earlier runs");
  }
  History history;
  if (fs::exists(folder / known_changes_file)) {
    history.known = read_all<KnownChange>(folder / known_changes_file);
  }
  std::size_t later = 0;
  const std::vector<RunDirectory> all = runs_before(folder, judged, later);
  std::vector<Loaded> loaded(all.size());
  std::atomic<std::size_t> rows = 0;
  in_any_order(all.size(), threads, [&](std::size_t i) {  // from the newest
    if (rows > most_rows) return;
    Loaded& one = loaded[all.size() - 1 - i];
    one = load(all[all.size() - 1 - i]);
    if (one.run) rows += rows_of(*one.run);
  });
  // Which runs fit must not depend on which thread was faster.
  std::size_t kept_rows = 0;
  std::size_t first = all.size();
  while (first > 0 && kept_rows <= most_rows) {
    --first;
    if (loaded[first].run) kept_rows += rows_of(*loaded[first].run);
  }
  for (std::size_t i = first; i < all.size(); ++i) {
    if (!loaded[i].problem.empty()) {
      history.notes.push_back("not part of the history: " + loaded[i].problem);
    }
    if (!loaded[i].run) continue;
    history.directories.push_back(all[i]);
    history.runs.push_back(std::move(*loaded[i].run));
  }
  std::string note = fmt::format("history: {}", counted(history.runs.size(), "earlier run"));
  if (!history.runs.empty()) {
    note += fmt::format(" of {} since {} ({})", folder.string(), history.runs.front().run,
                        counted(kept_rows, "timed value"));
  }
  if (first > 0) note += fmt::format("; {} before them did not fit", counted(first, "run"));
  if (later > 0) note += fmt::format("; {} later ones left out", later);
  history.notes.insert(history.notes.begin(), note);
  return history;
}

}  // namespace plumbline
