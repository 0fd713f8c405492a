#pragma once

#include <filesystem>
#include <optional>

#include "reports/judging/history_run.h"

namespace plumbline {

/// What a run tells a history, beside its measurements.csv, so that it is read a hundred times as
/// fast the next time. It can be removed at any time: it is made again.
///
/// It is for this machine alone, as it holds numbers as they lie in memory. What does not belong to
/// the present files of the run (their sizes and times), is cut or of another version is not taken.
std::optional<HistoryRun> read_history_file(const RunDirectory& run);

/// False if it cannot be written; nothing is left of it then.
bool write_history_file(const HistoryRun& history, const RunDirectory& run);

}  // namespace plumbline
