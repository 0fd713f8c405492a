#include "suites/fleet/scratch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace plumbline {
namespace fs = std::filesystem;
namespace {

/// The locked file, if nobody else has it. A holder that leaves takes the file away, so the one
/// that was locked must still be the one of that name.
Descriptor try_lock(const fs::path& lock) {
  Descriptor file(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    throw std::system_error(errno, std::generic_category(), lock.string() + ": cannot open");
  }
  struct stat opened {
  }, named{};
  const bool ours = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 &&
                    ::fstat(file.get(), &opened) == 0 && ::stat(lock.c_str(), &named) == 0 &&
                    opened.st_ino == named.st_ino;
  return ours ? std::move(file) : Descriptor();
}

}  // namespace

Scratch::Scratch(fs::path folder, Seconds patience)
    : folder_(std::move(folder)), lock_(folder_.string() + ".lock") {
  fs::create_directories(folder_.parent_path());
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while ((held_ = try_lock(lock_)).get() < 0) {
    if (std::chrono::steady_clock::now() >= give_up) {
      throw std::runtime_error(
          fmt::format("{} is in use: what an earlier runner started here has not ended within {}",
                      folder_.string(), format_duration(patience)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  fs::remove_all(folder_);  // of a relay that was killed
  fs::create_directories(folder_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  fs::remove(lock_, ignored);
}

}  // namespace plumbline
