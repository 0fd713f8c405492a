#pragma once

#include <signal.h>

#include <optional>

#include "suites/description/duration.h"
#include "suites/launch/descriptor.h"

namespace plumbline {

/// SIGINT, SIGTERM and SIGHUP as something to wait for: while it lives, they do not end this
/// process but are counted here, except those that it was started to ignore (nohup). A reader of
/// our output who goes away does not end this process either. Make it before any thread and child.
class Interruption {
 public:
  Interruption();  ///< throws std::system_error
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// Readable when a signal has come that was not taken yet.
  int descriptor() const { return descriptor_.get(); }

  /// How many have come so far; one asks to stop, two ask to stop at once.
  int count();

  /// The first that came.
  std::optional<int> signal() {
    count();
    return first_;
  }

  /// Waits that long, or shorter if a signal comes. True if one has come.
  bool sleep(Seconds duration);

 private:
  sigset_t previous_;
  struct sigaction previous_pipe_ {};
  Descriptor descriptor_;
  int count_ = 0;
  std::optional<int> first_;
};

/// "SIGSEGV"; "signal 77" for one without a name.
std::string signal_name(int signal);

}  // namespace plumbline
