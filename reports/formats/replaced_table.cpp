#include "reports/formats/replaced_table.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace plumbline {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(),
                          file.string() + ": cannot be written");
}

}  // namespace

ReplacedFile::ReplacedFile(const std::filesystem::path& file)
    : file_(file), beside_(file.string() + ".part" + std::to_string(::getpid())) {
  errno = 0;
  stream_.open(beside_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail(beside_);
}

ReplacedFile::~ReplacedFile() {
  if (committed_) return;
  std::error_code ignored;
  std::filesystem::remove(beside_, ignored);
}

void ReplacedFile::write(std::string_view text) {
  constexpr std::size_t enough = 1 << 18;
  if (waiting_.size() + text.size() >= enough) {
    stream_ << waiting_;
    waiting_.clear();
  }
  if (text.size() >= enough) {
    stream_ << text;
  } else {
    waiting_ += text;
  }
}

void ReplacedFile::commit() {
  errno = 0;
  stream_ << waiting_;
  stream_.close();
  if (!stream_) fail(beside_);
  std::filesystem::rename(beside_, file_);
  committed_ = true;
}

}  // namespace plumbline
