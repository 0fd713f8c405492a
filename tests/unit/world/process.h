#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <utility>

namespace plumbline {

/// Runs `function` in a process of its own, which can be killed. Make it before the first thread.
class Process {
 public:
  explicit Process(const std::function<void()>& function) : id_(::fork()) {
    if (id_ != 0) return;
    try {
      function();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { kill(); }
  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(std::exchange(id_, 0), nullptr, 0);
  }

 private:
  pid_t id_;
};

}  // namespace plumbline
