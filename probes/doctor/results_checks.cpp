#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "probes/doctor/checks.h"
#include "results/schema/params.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

constexpr const char* results_group = "results";
constexpr std::uintmax_t too_little = 100'000'000;
constexpr std::uintmax_t little = 1'000'000'000;

/// The folder, or the nearest one above it that is there.
fs::path nearest_folder(fs::path path) {
  path = fs::absolute(path).lexically_normal();
  std::error_code none;
  while (!fs::is_directory(path, none) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Check room_check(const fs::path& results) {
  const fs::path folder = nearest_folder(results);
  Check check{results_group, "room", State::ok, "", "", ""};
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
  return check;
}

/// The runner holds a lock in one of these and writes "pid=...;since=...;run=..." into it, which it
/// takes out at its end.
constexpr const char* lock_files[] = {"run/lock/plumbline.lock", "tmp/plumbline.lock"};

Check lock_check(const Host& host) {
  Check check{results_group, "lock", State::ok, "free: no run is going on", "", ""};
  for (const char* file : lock_files) {
    const auto holder = parse_params(host.text(file).value_or(""));
    if (!holder || !holder->contains("pid")) continue;
    const std::string& pid = holder->at("pid");
    const std::string run = holder->contains("run") ? holder->at("run") : "";
    check.state = State::note;
    if (host.exists("proc/" + pid)) {
      check.found = fmt::format("a run is going on: process {}, {}", pid, run);
      check.why = "two runs at once would measure each other, so a second one is refused";
      check.mend = "wait for it, or stop it: kill " + pid;
    } else {
      check.found = fmt::format("free; the last run was killed (process {})", pid);
      check.why = "its rows are kept, but it is not finished";
      check.mend = "plumbline resume " + run;
    }
  }
  return check;
}

}  // namespace

Checks results_checks(const Host& host, const fs::path& results) {
  return {room_check(results), lock_check(host)};
}

}  // namespace plumbline
