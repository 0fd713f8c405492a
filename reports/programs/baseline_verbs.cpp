#include "reports/programs/baseline_verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/baselines/baseline_store.h"
#include "reports/baselines/description.h"
#include "reports/baselines/lint.h"
#include "reports/baselines/revision.h"
#include "reports/evaluation/sentence.h"
#include "results/schema/exit_code.h"
#include "results/schema/file_error.h"
#include "results/schema/install_tree.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

/// The rows that hold for a type, or those of a file.
std::vector<Baseline> rows_of(const fs::path& results, const std::string& type_or_file) {
  std::vector<Baseline> rows;
  if (fs::is_regular_file(type_or_file)) {
    rows = read_baselines(type_or_file);
  } else {
    BaselineStore store =
        BaselineStore::of(InstallTree::of_this_program().baselines(), results, {});
    rows = store.of_type(type_or_file).all();
    if (rows.empty()) {
      throw FileError(type_or_file, 0, "",
                      "is neither a baseline file nor an instance type with a baseline; learn one "
                      "with `plumbline baseline learn RUN`");
    }
  }
  sort_rows(rows);
  return rows;
}

std::vector<fs::path> files_in(const std::string& file_or_folder) {
  if (!fs::is_directory(file_or_folder)) return {file_or_folder};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(file_or_folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int show_baseline(const fs::path& results, const std::string& type_or_file,
                  const std::string& metric, std::uint64_t nodes) {
  std::size_t shown = 0, of_group = 0;
  std::set<std::uint64_t> groups;
  for (const Baseline& b : rows_of(results, type_or_file)) {
    if (b.metric.find(metric) == std::string::npos) continue;
    const std::uint64_t together = b.nodes.value_or(1);
    if (together > 1) groups.insert(together);
    if (nodes > 0 && together > 1 && together != nodes) continue;
    if (nodes > 1 && together == nodes) ++of_group;
    fmt::print("{}{}", shown++ == 0 ? "" : "\n", describe_row(b));
  }
  if (nodes > 1 && of_group == 0) {
    fmt::print("{}nothing is expected of {} nodes together, only of {}: they are never compared\n",
               shown == 0 ? "" : "\n", nodes,
               groups.empty() ? "each by itself" : fmt::format("{}", fmt::join(groups, ", ")));
    ++shown;
  }
  if (shown == 0) {
    throw FileError(type_or_file, 0, "", "expects nothing of metrics like \"" + metric + '"');
  }
  return exit_ok;
}

int check_baseline_files(const std::vector<std::string>& files_or_folders) {
  std::vector<std::string> places = files_or_folders;
  if (places.empty()) places.push_back(InstallTree::of_this_program().baselines().string());
  std::size_t errors = 0;
  std::size_t files = 0;
  std::size_t rows = 0;
  for (const std::string& place : places) {
    for (const fs::path& file : files_in(place)) {
      const CheckedBaselines checked = check_baselines(file);
      for (const FileError& problem : checked.problems) fmt::print("{}\n", problem.what());
      errors += checked.problems.size();
      rows += checked.rows.size();
      ++files;
    }
  }
  fmt::print("{} in {}: {}\n", counted(rows, "row"), counted(files, "file"),
             errors == 0 ? "no error" : counted(errors, "error"));
  return errors == 0 ? exit_ok : exit_rejected;
}

int diff_baselines(const fs::path& results, const std::string& before, const std::string& after) {
  const auto old_rows = rows_of(results, before);
  const auto new_rows = rows_of(results, after);
  const auto all = changes(old_rows, new_rows);
  for (const BaselineChange& change : all) fmt::print("{}\n", describe_change(change));
  if (all.empty()) fmt::print("they expect the same\n");
  return exit_ok;
}

}  // namespace plumbline
