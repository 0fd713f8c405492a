#include "reports/judging/find_run.h"

#include <algorithm>

#include "results/schema/file_error.h"

namespace plumbline {

namespace fs = std::filesystem;

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

}  // namespace plumbline
