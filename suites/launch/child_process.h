#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suites/launch/descriptor.h"
#include "suites/launch/process_tree.h"

namespace plumbline {

/// How a process ended: by itself with an exit status, or by a signal.
struct ExitStatus {
  int exit = 0;
  int signal = 0;  ///< 0: by itself

  bool operator==(const ExitStatus&) const = default;
};

/// A child process in a process group of its own. It ends with this process, even if this one is
/// killed; what it leaves behind becomes this process's child.
///
/// It is made in two moves, so that who it is can be written down before it does anything: the
/// constructor makes the process, release() lets it become the program.
class ChildProcess {
 public:
  /// `command[0]` is the program's path; `output`, `error` and `input` are the descriptors that
  /// become its standard ones, without `input` /dev/null. Throws std::system_error.
  ChildProcess(const std::vector<std::string>& command, int output, int error, int input = -1);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  ///< kills what is left of the group

  const ProcessIdentity& identity() const { return identity_; }

  /// Throws std::system_error if the program cannot be started.
  void release();

  /// A descriptor that becomes readable when the process ends.
  int ended_descriptor() const { return pidfd_.get(); }

  /// How it ended; nothing while it runs.
  std::optional<ExitStatus> status();

  void signal_group(int signal);

 private:
  ProcessIdentity identity_;
  Descriptor pidfd_;
  Descriptor go_;      ///< written to: start
  Descriptor failed_;  ///< errno of exec, or the end of the file if that went well
  std::optional<ExitStatus> status_;
};

}  // namespace plumbline
