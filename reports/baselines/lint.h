#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/schema/baseline.h"
#include "results/schema/file_error.h"

namespace plumbline {

/// What is wrong with a baseline row, and in which column.
struct BaselineProblem {
  const char* column;
  std::string what;
};

/// All that is wrong with one row: an expectation that cannot be compared, has no reason, or lets
/// everything pass.
std::vector<BaselineProblem> problems_of(const Baseline& b);

/// A baseline file as far as it could be read, and everything that is wrong with it.
struct CheckedBaselines {
  std::vector<Baseline> rows;
  std::vector<FileError> problems;  ///< "file:line: column: what was found and expected"
};

/// Reads and checks a whole file: cells, rows, and rows that say the same thing twice. Throws
/// FileError only if the file is no baseline table at all.
CheckedBaselines check_baselines(const std::filesystem::path& file);

/// The rows of a file without problems; otherwise throws FileError with the first of them.
std::vector<Baseline> read_baselines(const std::filesystem::path& file);

}  // namespace plumbline
