#pragma once

namespace plumbline {

/// The exit codes of every program of plumbline.
enum ExitCode : int {
  exit_ok = 0,               ///< accepted, or measured
  exit_rejected = 1,         ///< something is rejected
  exit_usage = 2,            ///< usage or configuration
  exit_incomplete = 3,       ///< something was not tested
  exit_harness_suspect = 4,  ///< a large share of nodes fails the same probe: suspect the harness
  exit_interrupted = 5,      ///< stopped by a signal; `plumbline resume` goes on
};

}  // namespace plumbline
