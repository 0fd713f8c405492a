#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/append_file.h"

namespace plumbline {

/// The version of every table that plumbline writes; the first cell of each row. A file of another
/// version is refused.
inline constexpr unsigned schema_version = 1;

/// What reading a table found beside its records.
struct ReadReport {
  std::size_t records = 0;
  std::string torn_line;               ///< a last line without its end: its writer was killed
  std::vector<std::string> bad_rows;   ///< "file:line: column: ...", with BadRows::collect only
  std::vector<std::size_t> bad_lines;  ///< their line numbers; every other line is one record
};

enum class BadRows {
  refuse,   ///< the first one throws FileError
  collect,  ///< they are left out and described in the ReadReport
};

/// The tables are RFC 4180 with LF line ends, a header, and no line break inside a cell. `Record`
/// is one of Measurement, Sample, Course, Device, ContextEntry, ManifestEntry, SuspectedNode,
/// TrueFault, Baseline, Finding, NodeVerdict, PathValue, ComparedValue.
///
/// Calls `each` for every record in file order; the reference is good during the call only.
/// Throws FileError for a missing file, another schema version, a header that is not the table's,
/// and (with BadRows::refuse) a cell that cannot be what its column says.
template <class Record>
ReadReport read_csv(const std::filesystem::path& file,
                    const std::function<void(const Record&)>& each,
                    BadRows bad_rows = BadRows::refuse);

/// All records of a table that fits into memory.
template <class Record>
std::vector<Record> read_all(const std::filesystem::path& file) {
  std::vector<Record> records;
  read_csv<Record>(file, [&](const Record& record) { records.push_back(record); });
  return records;
}

/// The header and one record as lines, each with its line end.
template <class Record>
std::string csv_header();
template <class Record>
std::string csv_line(const Record& record);

/// The inverse of csv_line(), with or without the line end. Throws FileError.
template <class Record>
Record csv_record(std::string_view line);

/// The names of a table's columns, in order.
template <class Record>
std::vector<std::string> csv_columns();

/// Appends records to a table; a new or empty file gets its header first. Each call of append() is
/// one write of whole lines, so a killed writer loses at most the end of its last line.
template <class Record>
class CsvAppender {
 public:
  explicit CsvAppender(const std::filesystem::path& file) : file_(file, csv_header<Record>()) {}

  void append(const Record& record) { file_.append(csv_line(record)); }

  /// All of them with one write.
  void append(const std::vector<Record>& records) {
    std::string lines;
    for (const Record& record : records) lines += csv_line(record);
    if (!lines.empty()) file_.append(lines);
  }

  /// The cut last line of an earlier writer, found and set aside when the file was opened.
  const std::string& torn_line() const { return file_.torn_line(); }

 private:
  AppendFile file_;
};

}  // namespace plumbline
