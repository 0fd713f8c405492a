#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "results/schema/csv_file.h"

namespace plumbline {

/// A file that is written anew beside the old one and takes its place whole: a reader never meets
/// half of it. Without commit() the old file stays.
class ReplacedFile {
 public:
  /// Throws std::system_error if the file beside it cannot be written.
  explicit ReplacedFile(const std::filesystem::path& file);
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  ~ReplacedFile();

  void write(std::string_view text);
  /// Throws std::system_error if not everything could be written.
  void commit();

 private:
  std::filesystem::path file_;
  std::filesystem::path beside_;
  std::string waiting_;  ///< large writes are quicker than one for each line
  std::ofstream stream_;
  bool committed_ = false;
};

/// The same for a table of `Record`, header included.
template <class Record>
class ReplacedTable {
 public:
  explicit ReplacedTable(const std::filesystem::path& file) : file_(file) {
    file_.write(csv_header<Record>());
  }
  void append(const Record& record) { file_.write(csv_line(record)); }
  /// Lines of append_csv_line().
  void append_lines(std::string_view lines) { file_.write(lines); }
  void commit() { file_.commit(); }

 private:
  ReplacedFile file_;
};

}  // namespace plumbline
