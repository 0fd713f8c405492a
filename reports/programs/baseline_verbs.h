#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plumbline {

/// What `plumbline baseline learn` is told.
struct LearnOrder {
  std::vector<std::string> runs;
  std::string output;
  std::vector<std::string> baselines;
  bool dry_run = false;
  bool replace = false;
};

/// Each prints to stdout and returns an ExitCode; they throw FileError for files that are not
/// right.
int learn_baseline(const std::filesystem::path& results, const LearnOrder& order);
int show_baseline(const std::filesystem::path& results, const std::string& type_or_file,
                  const std::string& metric, std::uint64_t nodes);
int check_baseline_files(const std::vector<std::string>& files_or_folders);
int diff_baselines(const std::filesystem::path& results, const std::string& before,
                   const std::string& after);

}  // namespace plumbline
