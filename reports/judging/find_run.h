#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/run_directory.h"

namespace plumbline {

/// The run that a person means: a folder, the name of one below <results>/runs, or "latest".
/// Throws FileError if there is none.
RunDirectory find_run(const std::filesystem::path& results, const std::string& run);

/// All of them; the latest if none is named. A run named twice counts once.
std::vector<RunDirectory> find_runs(const std::filesystem::path& results,
                                    const std::vector<std::string>& runs);

/// The newest run beside `run` that began earlier, is of the same suite and has a node in common
/// with it. Nothing if there is none, or if the name of `run` does not say when it began.
std::optional<RunDirectory> run_before(const RunDirectory& run);

}  // namespace plumbline
