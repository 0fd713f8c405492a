#include "reports/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace plumbline {
namespace {

void check(int status, ::archive* archive, const std::filesystem::path& file) {
  if (status == ARCHIVE_OK) return;
  const char* why = ::archive_error_string(archive);
  throw std::runtime_error(file.string() +
                           ": cannot be written: " + (why == nullptr ? "no reason given" : why));
}

}  // namespace

Archive::Archive(const std::filesystem::path& file, WallTime time)
    : file_(file),
      beside_(file.string() + ".part" + std::to_string(::getpid())),
      time_(time),
      archive_(::archive_write_new()) {
  if (archive_ == nullptr) throw std::bad_alloc();
  try {
    check(::archive_write_add_filter_gzip(archive_), archive_, file_);
    // Without the time of packing the same evidence gives the same bytes.
    check(::archive_write_set_filter_option(archive_, "gzip", "timestamp", nullptr), archive_,
          file_);
    check(::archive_write_set_format_pax_restricted(archive_), archive_, file_);
    check(::archive_write_open_filename(archive_, beside_.c_str()), archive_, file_);
  } catch (...) {
    ::archive_write_free(archive_);
    throw;
  }
}

Archive::~Archive() {
  if (archive_ != nullptr) ::archive_write_free(archive_);
  if (committed_) return;
  std::error_code ignored;
  std::filesystem::remove(beside_, ignored);
}

void Archive::add(const std::filesystem::path& name, std::string_view bytes) {
  const std::unique_ptr<::archive_entry, decltype(&::archive_entry_free)> entry(
      ::archive_entry_new(), &::archive_entry_free);
  if (entry == nullptr) throw std::bad_alloc();
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0644);
  ::archive_entry_set_mtime(entry.get(), std::chrono::system_clock::to_time_t(time_), 0);
  check(::archive_write_header(archive_, entry.get()), archive_, file_);
  while (!bytes.empty()) {
    const la_ssize_t written = ::archive_write_data(archive_, bytes.data(), bytes.size());
    if (written <= 0) check(ARCHIVE_FATAL, archive_, file_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Archive::commit() {
  check(::archive_write_close(archive_), archive_, file_);
  std::filesystem::rename(beside_, file_);
  committed_ = true;
}

}  // namespace plumbline
