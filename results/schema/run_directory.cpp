#include "results/schema/run_directory.h"

#include "results/schema/file_error.h"
#include "results/schema/host_identity.h"

namespace plumbline {
namespace fs = std::filesystem;

RunDirectory RunDirectory::create(const fs::path& results, const std::string& suite,
                                  WallTime time) {
  const fs::path runs = results / "runs";
  fs::create_directories(runs);
  const std::string name = format_time_for_name(time) + '_' + file_safe(suite);
  fs::path path = runs / name;
  for (int n = 2; !fs::create_directory(path); ++n) {
    path = runs / (name + '-' + std::to_string(n));
  }
  fs::create_directory(path / "logs");
  return RunDirectory(fs::absolute(path).lexically_normal());
}

RunDirectory RunDirectory::create(const fs::path& results, const std::string& name) {
  const fs::path path = results / "runs" / name;
  if (name != file_safe(name) || name.starts_with('.')) {
    throw FileError(path.string(), 0, "",
                    "is no name of a run: expected letters, digits, '.', '_' and '-'");
  }
  fs::create_directories(path.parent_path());
  if (!fs::create_directory(path)) throw FileError(path.string(), 0, "", "is there already");
  fs::create_directory(path / "logs");
  return RunDirectory(fs::absolute(path).lexically_normal());
}

RunDirectory RunDirectory::at(const fs::path& path) {
  return RunDirectory(fs::absolute(path / "").lexically_normal().parent_path());
}

RunDirectory RunDirectory::open(const fs::path& path) {
  RunDirectory run = at(path);
  if (!fs::is_directory(path))
    throw FileError(path.string(), 0, "", "is not a run: no such folder");
  if (!fs::exists(run.manifest()) && !fs::exists(run.measurements())) {
    throw FileError(path.string(), 0, "",
                    "is not a run: expected manifest.csv or measurements.csv in it");
  }
  return run;
}

RunDirectory RunDirectory::latest(const fs::path& results) {
  const fs::path runs = results / "runs";
  fs::path newest;
  if (fs::is_directory(runs)) {
    for (const auto& entry : fs::directory_iterator(runs)) {
      if (entry.is_directory() && entry.path().filename() > newest.filename()) {
        newest = entry.path();
      }
    }
  }
  if (newest.empty()) throw FileError(runs.string(), 0, "", "holds no run yet");
  return open(newest);
}

}  // namespace plumbline
