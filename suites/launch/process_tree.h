#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "suites/description/duration.h"

namespace plumbline {

/// A process beyond doubt: its number is given to others later, but not at the same tick of the
/// same boot.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat: clock ticks since the boot
  std::string boot;               ///< /proc/sys/kernel/random/boot_id

  bool operator==(const ProcessIdentity&) const = default;
};

/// Nothing if there is no such process, or only what is left of one that has ended.
std::optional<ProcessIdentity> identify_process(pid_t pid);

/// Still the same process, and running.
bool is_running(const ProcessIdentity& process);

/// From now on a descendant of this process whose parent ends becomes a child of this process,
/// whatever sessions and groups it made for itself, so that end_descendants() finds it.
void adopt_orphans();

/// What end_descendants() did.
struct EndedProcesses {
  std::size_t ended = 0;
  std::vector<pid_t> left;  ///< still there after `patience`: the kernel does not let them go
};

/// Kills every child of this process, their children and so on, until there are none.
EndedProcesses end_descendants(Seconds patience);

/// Processes of a task whose runner was killed: `leader`, where it still runs, and every process
/// whose standard output or error is `log`.
std::vector<pid_t> orphans_of(const ProcessIdentity& leader, const std::filesystem::path& log);

/// Kills them and waits until they are gone; returns those still there after `patience`.
std::vector<pid_t> end_orphans(const ProcessIdentity& leader, const std::filesystem::path& log,
                               Seconds patience);

}  // namespace plumbline
