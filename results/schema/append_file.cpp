#include "results/schema/append_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace plumbline {
namespace {

[[noreturn]] void fail(const std::string& path, const char* action) {
  throw std::system_error(errno, std::generic_category(), path + ": cannot " + action);
}

/// Holds the advisory lock of an open file.
class FileLock {
 public:
  FileLock(int descriptor, const std::string& path) : descriptor_(descriptor) {
    while (::flock(descriptor_, LOCK_EX) != 0) {
      if (errno != EINTR) fail(path, "lock");
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { ::flock(descriptor_, LOCK_UN); }

 private:
  int descriptor_;
};

off_t size_of(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail(path, "read the size of");
  return status.st_size;
}

/// All of `text` at the end, or nothing of it.
void write_whole(int descriptor, const std::string& path, std::string_view text) {
  const off_t before = size_of(descriptor, path);
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int reason = errno;
      if (::ftruncate(descriptor, before) != 0) fail(path, "take back a cut line of");
      errno = reason;
      fail(path, "write to");
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// What stands after the last line end.
std::string unfinished_line(int descriptor, const std::string& path) {
  std::string tail;
  off_t end = size_of(descriptor, path);
  std::array<char, 4096> block;
  while (end > 0) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(block.size()));
    const auto wanted = static_cast<std::size_t>(end - begin);
    if (::pread(descriptor, block.data(), wanted, begin) != static_cast<ssize_t>(wanted)) {
      fail(path, "read the last line of");
    }
    const std::string_view text(block.data(), wanted);
    const std::size_t newline = text.rfind('\n');
    if (newline != std::string_view::npos) {
      tail.insert(0, text.substr(newline + 1));
      break;
    }
    tail.insert(0, text);
    end = begin;
  }
  return tail;
}

}  // namespace

AppendFile::AppendFile(const std::filesystem::path& file, std::string_view header)
    : path_(file.string()),
      descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) fail(path_, "open");
  try {
    const FileLock lock(descriptor_, path_);
    torn_line_ = unfinished_line(descriptor_, path_);
    if (!torn_line_.empty()) {
      AppendFile torn(path_ + ".torn", "");
      torn.append(torn_line_ + '\n');
      const off_t whole = size_of(descriptor_, path_) - static_cast<off_t>(torn_line_.size());
      if (::ftruncate(descriptor_, whole) != 0) fail(path_, "set the cut last line aside in");
    }
    if (!header.empty() && size_of(descriptor_, path_) == 0) {
      write_whole(descriptor_, path_, header);
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      torn_line_(std::move(other.torn_line_)) {}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendFile::append(std::string_view lines) {
  const FileLock lock(descriptor_, path_);
  write_whole(descriptor_, path_, lines);
}

}  // namespace plumbline
