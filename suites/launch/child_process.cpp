#include "suites/launch/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "suites/launch/open_descriptors.h"

namespace plumbline {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// What the new process needs, made before fork: behind it only async-signal-safe calls are
/// allowed.
struct Start {
  char* const* command;
  int input, output, error;
  int go, failed;
  pid_t parent;
};

/// The new process up to the program. Does not return.
[[noreturn]] void become_program(const Start& start) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != start.parent) ::_exit(127);  // the parent ended before the line above

  char byte = 0;
  while (::read(start.go, &byte, 1) < 0 && errno == EINTR) {
  }
  if (byte == 0) ::_exit(127);  // the parent gave up, or was killed before it wrote us down

  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  ::signal(SIGTTOU, SIG_IGN);  // may write to the terminal from the background
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Copies above 2 first, so that none of the four is overwritten before it is used.
  const int input = ::fcntl(start.input, F_DUPFD_CLOEXEC, 3);
  const int output = ::fcntl(start.output, F_DUPFD_CLOEXEC, 3);
  const int error = ::fcntl(start.error, F_DUPFD_CLOEXEC, 3);
  const int failed = ::fcntl(start.failed, F_DUPFD_CLOEXEC, 3);
  if (::dup2(input, 0) >= 0 && ::dup2(output, 1) >= 0 && ::dup2(error, 2) >= 0) {
    // What the shell that started us left open is not the program's business.
    ::syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
    ::execv(start.command[0], start.command);
  }
  const int reason = errno;
  [[maybe_unused]] const ssize_t told = ::write(failed, &reason, sizeof reason);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, int output, int error,
                           int input) {
  adopt_orphans();
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  Descriptor nothing;
  if (input < 0) {
    nothing = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing.get() < 0) fail("/dev/null: cannot open");
    input = nothing.get();
  }
  auto [go_reader, go_writer] = make_pipe();
  auto [failed_reader, failed_writer] = make_pipe();

  const Start start{words.data(),        input,     output, error, go_reader.get(),
                    failed_writer.get(), ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) fail("cannot make a process");
  if (pid == 0) {
    ::close(go_writer.get());  // else the child itself would keep the pipe open
    become_program(start);
  }
  ::setpgid(pid, pid);  // here too, whichever of the two comes first
  go_ = std::move(go_writer);
  failed_ = std::move(failed_reader);
  identity_ = identify_process(pid).value_or(ProcessIdentity{pid, 0, ""});
  pidfd_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd_.get() < 0) {
    const int reason = errno;
    signal_group(SIGKILL);
    ::waitpid(pid, nullptr, 0);
    throw std::system_error(reason, std::generic_category(), "pidfd_open (Linux 5.3 or newer)");
  }
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  signal_group(SIGKILL);
  go_.reset();
  // A process that hangs in the kernel is not waited for.
  for (int tries = 0; tries < 100 && !status(); ++tries) ::usleep(10'000);
}

void ChildProcess::release() {
  const char byte = 1;
  if (::write(go_.get(), &byte, 1) != 1) fail("cannot start the process");
  go_.reset();
  int reason = 0;
  ssize_t count = 0;
  do {
    count = ::read(failed_.get(), &reason, sizeof reason);
  } while (count < 0 && errno == EINTR);
  failed_.reset();
  if (count > 0) throw std::system_error(reason, std::generic_category());
}

std::optional<ExitStatus> ChildProcess::status() {
  if (status_) return status_;
  siginfo_t information{};
  const auto id = static_cast<id_t>(identity_.pid);
  if (::waitid(P_PID, id, &information, WEXITED | WNOHANG) == 0 && information.si_pid != 0) {
    status_ = information.si_code == CLD_EXITED ? ExitStatus{information.si_status, 0}
                                                : ExitStatus{0, information.si_status};
  }
  return status_;
}

void ChildProcess::signal_group(int signal) { ::kill(-identity_.pid, signal); }

}  // namespace plumbline
