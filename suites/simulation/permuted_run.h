#pragma once

#include <filesystem>
#include <vector>

#include "results/schema/run_directory.h"

namespace plumbline::simulation {

/// The rows of a run in an order that follows from the seed, spread over several runs in `results`
/// that each have its manifest: together they say the same. The file must fit into memory.
std::vector<RunDirectory> permuted_runs(const RunDirectory& run,
                                        const std::filesystem::path& results, std::uint64_t seed,
                                        std::size_t parts);

/// True if both files are the same to the byte.
bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace plumbline::simulation
