#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "reports/judging/history_run.h"
#include "results/schema/known_change.h"

namespace plumbline {

/// The runs that a history is made of, the oldest first.
struct History {
  std::vector<RunDirectory> directories;
  std::vector<HistoryRun> runs;
  std::vector<KnownChange> known;  ///< changes that are taken as they are
  std::vector<std::string> notes;  ///< what was read, and what could not be
};

/// The runs in `folder` before those that are judged, the newest ones as far as they fit into
/// memory, and known_changes.csv there. Read in parallel. Throws FileError if there is no such
/// folder or that file is not right.
History read_history(const std::filesystem::path& folder, std::span<const RunDirectory> judged,
                     std::size_t threads);

}  // namespace plumbline
