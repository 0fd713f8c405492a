#include "reports/judging/find_run.h"

#include <algorithm>
#include <set>

#include "results/schema/file_error.h"
#include "results/schema/manifest.h"

namespace plumbline {

namespace fs = std::filesystem;

namespace {

/// "nightly" of "20261124T103335Z_nightly-2"; empty if the name does not begin with a time.
std::string suite_of(const std::string& name) {
  constexpr std::size_t time = std::string_view("20261124T103335Z").size();
  const bool has_time = name.size() > time + 1 && name[time] == '_' && name[8] == 'T' &&
                        name[time - 1] == 'Z' &&
                        name.substr(0, 8).find_first_not_of("0123456789") == std::string::npos;
  if (!has_time) return {};
  std::string suite = name.substr(time + 1);
  const std::size_t dash = suite.rfind('-');
  const bool counted = dash != std::string::npos && dash + 1 < suite.size() &&
                       suite.find_first_not_of("0123456789", dash + 1) == std::string::npos;
  return counted ? suite.substr(0, dash) : suite;
}

std::set<std::string> nodes_of(const RunDirectory& run) {
  std::set<std::string> nodes;
  if (!fs::exists(run.manifest())) return nodes;
  read_csv<ManifestEntry>(
      run.manifest(), [&](const ManifestEntry& node) { nodes.insert(node.host); },
      BadRows::collect);
  return nodes;
}

}  // namespace

RunDirectory find_run(const fs::path& results, const std::string& run) {
  if (run == "latest") return RunDirectory::latest(results);
  if (fs::is_directory(run)) return RunDirectory::open(run);
  const fs::path below = results / "runs" / run;
  if (!fs::is_directory(below)) {
    throw FileError(
        run, 0, "",
        "there is no such run: neither a folder nor below " + (results / "runs").string());
  }
  return RunDirectory::open(below);
}

std::vector<RunDirectory> find_runs(const fs::path& results, const std::vector<std::string>& runs) {
  std::vector<RunDirectory> found;
  if (runs.empty()) found.push_back(RunDirectory::latest(results));
  for (const std::string& run : runs) {
    RunDirectory directory = find_run(results, run);
    const bool known = std::any_of(found.begin(), found.end(), [&](const RunDirectory& other) {
      return fs::equivalent(other.path(), directory.path());
    });
    if (!known) found.push_back(std::move(directory));
  }
  return found;
}

std::optional<RunDirectory> run_before(const RunDirectory& run) {
  const std::string suite = suite_of(run.name());
  if (suite.empty()) return std::nullopt;
  std::vector<fs::path> earlier;
  for (const auto& entry : fs::directory_iterator(fs::absolute(run.path()).parent_path())) {
    const std::string name = entry.path().filename().string();
    if (name < run.name() && suite_of(name) == suite && entry.is_directory()) {
      earlier.push_back(entry.path());
    }
  }
  std::sort(earlier.begin(), earlier.end(), std::greater<>());
  const std::set<std::string> nodes = nodes_of(run);
  for (const fs::path& folder : earlier) {
    RunDirectory candidate = RunDirectory::at(folder);
    for (const std::string& node : nodes_of(candidate)) {
      if (nodes.contains(node)) return candidate;
    }
  }
  return std::nullopt;
}

}  // namespace plumbline
