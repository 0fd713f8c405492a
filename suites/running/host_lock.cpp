#include "suites/running/host_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "results/schema/number.h"
#include "results/schema/params.h"

namespace plumbline {
namespace {

/// A killed runner's children, which share its open files for a moment, end right after it.
constexpr int tries = 20;
constexpr std::chrono::milliseconds between_tries{50};

Descriptor open_lock(const std::filesystem::path& file) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    // Not O_CREAT at once: the kernel refuses that in /tmp for a file of another user.
    int number = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (number < 0 && errno == EACCES) number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (number >= 0) return Descriptor(number);
    if (errno != ENOENT) break;
    number = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (number >= 0) {
      ::fchmod(number, 0666);  // for every user of this host, whatever the umask
      return Descriptor(number);
    }
    if (errno != EEXIST) break;
  }
  throw std::system_error(errno, std::generic_category(), file.string() + ": cannot open the lock");
}

std::string format_holder(const LockHolder& holder) {
  return fmt::format("pid={};since={};run={}\n", holder.pid, format_time(holder.since), holder.run);
}

std::optional<LockHolder> read_holder(const Descriptor& file) {
  std::array<char, 4200> text;
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size <= 1) return std::nullopt;
  const auto params =
      parse_params(std::string_view(text.data(), static_cast<std::size_t>(size - 1)));
  if (!params || !params->contains("pid") || !params->contains("since")) return std::nullopt;
  const auto pid = parse_integer(params->at("pid"));
  const auto since = parse_time(params->at("since"));
  if (!pid || !since) return std::nullopt;
  return LockHolder{static_cast<pid_t>(*pid), *since,
                    params->contains("run") ? params->at("run") : ""};
}

std::string busy_message(const std::filesystem::path& file,
                         const std::optional<LockHolder>& holder) {
  if (!holder) return "another run is going on here (lock " + file.string() + ')';
  return fmt::format(
      "another run is going on here: process {} since {}{}; two runs would measure each other. "
      "Wait for it, or stop it with: kill {} (lock {})",
      holder->pid, format_time(holder->since), holder->run.empty() ? "" : ", run " + holder->run,
      holder->pid, file.string());
}

}  // namespace

HostLock::HostLock(const std::filesystem::path& file) : file_(open_lock(file)) {
  for (int attempt = 1; ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), file.string() + ": cannot lock");
    }
    if (attempt == tries) throw HostBusy(busy_message(file, read_holder(file_)));
    std::this_thread::sleep_for(between_tries);
  }
  killed_holder_ = read_holder(file_);
  holder_ = {::getpid(), wall_now(), ""};
  write(holder_);
}

HostLock::~HostLock() {
  if (::ftruncate(file_.get(), 0) != 0) return;  // then it looks as if we had been killed
}

void HostLock::name_run(const std::string& run) {
  holder_.run = run;
  write(holder_);
}

void HostLock::write(const LockHolder& holder) {
  const std::string line = format_holder(holder);
  // A lock file that we may only read still locks; it just does not name us.
  if (::ftruncate(file_.get(), 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(file_.get(), line.data(), line.size(), 0);
}

std::filesystem::path host_lock_file() {
  const std::filesystem::path preferred = "/run/lock";
  const bool usable = ::access(preferred.c_str(), W_OK | X_OK) == 0;
  return (usable ? preferred : std::filesystem::path("/tmp")) / "plumbline.lock";
}

}  // namespace plumbline
