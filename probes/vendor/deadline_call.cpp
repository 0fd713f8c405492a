#include "probes/vendor/deadline_call.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace plumbline {
namespace {

double now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Both ends of a pipe, closed with their owner.
class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends_[0]);
    close_writing();
  }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

/// The int that comes through the pipe before the deadline; nothing if the writer ended without
/// one.
std::optional<int> read_until(int end, double deadline) {
  for (;;) {
    const double left = deadline - now();
    if (left <= 0) return std::nullopt;
    pollfd wait{end, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left * 1000) + 1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    int value = 0;
    if (::read(end, &value, sizeof value) != sizeof value) return std::nullopt;
    return value;
  }
}

}  // namespace

std::optional<int> call_within(double seconds, const std::function<int()>& function) {
  const double deadline = now() + seconds;
  Pipe pipe;
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int value = function();
    const bool sent = ::write(pipe.writing(), &value, sizeof value) == sizeof value;
    ::_exit(sent ? 0 : 1);
  }
  pipe.close_writing();
  const std::optional<int> value = read_until(pipe.reading(), deadline);
  ::kill(child, SIGKILL);
  // A child that the kernel cannot end (it sleeps in a driver) is left to init with this process.
  for (int tries = 0; ::waitpid(child, nullptr, WNOHANG) == 0 && tries < 100; ++tries) {
    ::usleep(1000);
  }
  return value;
}

}  // namespace plumbline
