#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/run_directory.h"

namespace plumbline {

/// The runs of `suite` on `host` below <results>/runs that began more than `days` days before `now`
/// and may go. Kept whatever their age: runs of other suites and of other hosts, the newest run of
/// the suite, and every run that rejected a node: that is evidence.
std::vector<RunDirectory> old_runs(const std::filesystem::path& results, const std::string& suite,
                                   const std::string& host, unsigned days, WallTime now);

}  // namespace plumbline
