#pragma once

#include "suites/launch/supervise.h"

namespace plumbline {

/// What a short program said.
struct Captured {
  std::optional<ExitStatus> status;  ///< nothing: not started, or ended at the deadline
  std::string output;                ///< its standard output
  std::string error;                 ///< its standard error, or why it was not started

  bool ok() const { return status == ExitStatus{}; }
};

/// Runs a program to its end, at most `deadline`, and returns what it said.
Captured capture(const std::vector<std::string>& command, Seconds deadline,
                 Interruption& interruption);

}  // namespace plumbline
