#include "probes/efa/worker_process.h"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "probes/efa/rail_worker.h"

namespace plumbline::efa {
namespace {

constexpr int descriptor_in_child = 3;
constexpr auto between_looks = std::chrono::milliseconds(2);

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

/// Provider shm names what it maps after its process, and one that is killed leaves it behind.
void remove_shared_memory_of(pid_t process) {
  const std::string prefix = std::to_string(process) + ':';
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

pid_t spawn(const std::filesystem::path& program, int descriptor) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor_in_child);
  std::array<std::string, 3> words = {program.string(), rail_worker_option,
                                      std::to_string(descriptor_in_child)};
  std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t process = -1;
  const int result =
      ::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (result != 0) {
    throw std::system_error(result, std::generic_category(), "cannot start " + program.string());
  }
  return process;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::filesystem::path& program)
    : WorkerProcess(program, channel_pair()) {}

WorkerProcess::WorkerProcess(const std::filesystem::path& program, std::pair<Channel, Channel> ends)
    : channel_(std::move(ends.first)), process_(spawn(program, ends.second.descriptor())) {}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : channel_(std::move(other.channel_)), process_(std::exchange(other.process_, -1)) {}

WorkerProcess::~WorkerProcess() {
  if (process_ > 0) end(Deadline::min());
}

std::string WorkerProcess::end(Deadline deadline) {
  if (process_ <= 0) return "ended before";
  int status = 0;
  pid_t found = 0;
  while ((found = ::waitpid(process_, &status, WNOHANG)) == 0 && !has_passed(deadline)) {
    std::this_thread::sleep_for(between_looks);
  }
  if (found == 0) {
    ::kill(process_, SIGKILL);
    found = ::waitpid(process_, &status, 0);
  }
  if (found > 0 && WIFSIGNALED(status)) remove_shared_memory_of(process_);
  process_ = -1;
  return found < 0 ? std::string("ended unseen: ") + std::strerror(errno) : describe_end(status);
}

}  // namespace plumbline::efa
