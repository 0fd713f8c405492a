#pragma once

#include <filesystem>
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

}  // namespace plumbline
