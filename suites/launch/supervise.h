#pragma once

#include <functional>
#include <vector>

#include "suites/launch/child_process.h"
#include "suites/launch/interruption.h"

namespace plumbline {

/// How long a process may take.
struct Patience {
  Seconds deadline;
  Seconds grace{5};        ///< between SIGTERM and SIGKILL
  Seconds after_kill{10};  ///< for the kernel to let go of a killed process
};

/// Why the supervisor ended a process.
enum class Stopped { not_at_all, at_deadline, by_interruption };

/// What became of a supervised process.
struct ProcessEnd {
  std::optional<ExitStatus> status;  ///< nothing: it could not even be killed
  Stopped stopped = Stopped::not_at_all;
  bool killed = false;  ///< SIGTERM was not enough
  Seconds elapsed{0};
  std::size_t left_behind = 0;    ///< processes that outlived it and were ended
  std::vector<pid_t> unkillable;  ///< still there: they hang in the kernel
};

/// Waits for the released `child`, ends it at the deadline or when interrupted, and then ends
/// everything that it left behind: nothing that it started survives it. `tick` is called every
/// `interval`, never if that is 0.
ProcessEnd supervise(ChildProcess& child, const Patience& patience, Interruption& interruption,
                     const std::function<void(Seconds elapsed)>& tick = {},
                     Seconds interval = Seconds{0});

}  // namespace plumbline
