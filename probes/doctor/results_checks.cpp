#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "probes/doctor/checks.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

constexpr const char* group = "results";
constexpr std::uintmax_t too_little = 100'000'000;
constexpr std::uintmax_t little = 1'000'000'000;

/// The folder, or the nearest one above it that is there.
fs::path nearest_folder(fs::path path) {
  path = fs::absolute(path).lexically_normal();
  std::error_code none;
  while (!fs::is_directory(path, none) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

Checks results_checks(const Host&, const fs::path& results) {
  const fs::path folder = nearest_folder(results);
  Check check{group, "room", State::ok, "", "", ""};
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  check.found = error ? fmt::format("{}: {}", folder.string(), error.message())
                      : fmt::format("{:.1f} GB free in {}",
                                    static_cast<double>(space.available) / 1e9, folder.string());
  if (::access(folder.c_str(), W_OK) != 0) {
    check.state = State::lacks;
    check.found = folder.string() + " may not be written to";
    check.why = "every measurement is written as it is made";
    check.mend = "give another folder: --results DIR";
  } else if (error || space.available < little) {
    check.state = error || space.available < too_little ? State::lacks : State::note;
    check.why = "a full disk ends a run";
    check.mend = "give another folder: --results DIR, or remove old runs below it";
  }
  return {check};
}

}  // namespace plumbline
