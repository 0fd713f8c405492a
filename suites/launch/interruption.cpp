#include "suites/launch/interruption.h"

#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <cmath>
#include <string>
#include <system_error>

namespace plumbline {
namespace {

sigset_t interrupting_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) ::sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

Interruption::Interruption() {
  const sigset_t signals = interrupting_signals();
  descriptor_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (descriptor_.get() < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch for signals");
  }
  ::sigprocmask(SIG_BLOCK, &signals, &previous_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &previous_pipe_);
}

Interruption::~Interruption() {
  ::sigaction(SIGPIPE, &previous_pipe_, nullptr);
  ::sigprocmask(SIG_SETMASK, &previous_, nullptr);
}

int Interruption::count() {
  signalfd_siginfo information;
  while (::read(descriptor_.get(), &information, sizeof information) ==
         static_cast<ssize_t>(sizeof information)) {
    if (!first_) first_ = static_cast<int>(information.ssi_signo);
    ++count_;
  }
  return count_;
}

bool Interruption::sleep(Seconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (count() == 0) {
    const Seconds left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) return false;
    pollfd wait{descriptor_.get(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(std::min(1e6, std::ceil(left.count() * 1e3))));
  }
  return true;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

}  // namespace plumbline
