#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plumbline {

/// A text file that only grows, by whole lines. Several processes may append at once: each append
/// holds the file's lock and reaches the kernel before it returns, so kill -9 loses no earlier
/// line.
class AppendFile {
 public:
  /// Opens or makes `file`; writes `header` into an empty one. If the last line is cut (its writer
  /// was killed), it is moved to "<file>.torn" and the file ends at the line before.
  /// Throws std::system_error.
  AppendFile(const std::filesystem::path& file, std::string_view header);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) = delete;
  ~AppendFile();

  /// `lines` ends with a line end. Throws std::system_error, for example when the disk is full;
  /// then none of `lines` is in the file.
  void append(std::string_view lines);

  const std::string& torn_line() const { return torn_line_; }

 private:
  std::string path_;
  int descriptor_;
  std::string torn_line_;
};

}  // namespace plumbline
