#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace plumbline {

/// The whole lines of a table, mapped into memory.
class MappedFile {
 public:
  /// Throws FileError if it cannot be read, is empty, or is of another schema.
  explicit MappedFile(const std::filesystem::path& file);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  const std::string& path() const { return path_; }
  const std::string& torn_line() const { return torn_line_; }
  std::string_view text() const { return {data_, size_}; }

  /// Takes the pages read so far out of this process; what is read again comes from the page cache.
  /// Called now and then, so that memory does not grow with the size of the file.
  void forget_pages() const;

 private:
  std::string path_;
  std::string torn_line_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace plumbline
