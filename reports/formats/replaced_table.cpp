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

void ReplacedFile::write(const std::string& text) {
  constexpr std::size_t enough = 1 << 20;
  waiting_ += text;
  if (waiting_.size() < enough) return;
  stream_ << waiting_;
  waiting_.clear();
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
