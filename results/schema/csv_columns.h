#pragma once

// How the tables are read and written: included only by the .cpp files that define a table.

#include <libfccp/csv.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include "results/schema/csv_file.h"
#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "results/schema/params.h"
#include "results/schema/text_cell.h"
#include "results/schema/time.h"

namespace plumbline {

/// One column of a table: how its cell becomes a member and back.
template <class Record>
struct Column {
  const char* name;
  /// Returns what was expected if `cell` cannot be that, else "".
  std::string (*read)(Record& record, std::string_view cell);
  void (*write)(const Record& record, std::string& line);
};

/// Specialised by each table: `static constexpr std::array columns`.
template <class Record>
struct Table;

template <auto member>
struct MemberOf;
template <class R, class V, V R::*member>
struct MemberOf<member> {
  using Record = R;
  using Value = V;
};
template <auto member>
using RecordOf = typename MemberOf<member>::Record;
template <auto member>
using ValueOf = typename MemberOf<member>::Value;

/// The first column of every table. Its value is no member: it is the same in every row.
template <class Record>
constexpr Column<Record> schema_column() {
  return {"schema",
          [](Record&, std::string_view cell) -> std::string {
            return parse_integer(cell) == schema_version
                       ? std::string()
                       : "schema " + std::to_string(schema_version);
          },
          [](const Record&, std::string& line) { line += std::to_string(schema_version); }};
}

template <auto member>
constexpr Column<RecordOf<member>> text_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            record.*member = unguarded(cell);
            return {};
          },
          [](const Record& record, std::string& line) { append_text_cell(record.*member, line); }};
}

template <auto member>
constexpr Column<RecordOf<member>> number_column(const char* name) {
  using Record = RecordOf<member>;
  constexpr bool required = std::is_same_v<ValueOf<member>, double>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            if (cell.empty() && !required) {
              record.*member = {};
              return {};
            }
            const auto value = parse_number(cell);
            if (!value) return required ? "a number" : "a number or an empty cell";
            record.*member = *value;
            return {};
          },
          [](const Record& record, std::string& line) {
            if constexpr (required) {
              line += format_number(record.*member);
            } else if (record.*member) {
              line += format_number(*(record.*member));
            }
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> integer_column(const char* name) {
  using Record = RecordOf<member>;
  constexpr bool required = std::is_integral_v<ValueOf<member>>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            if (cell.empty() && !required) {
              record.*member = {};
              return {};
            }
            const auto value = parse_integer(cell);
            if (!value) return required ? "a whole number" : "a whole number or an empty cell";
            record.*member = static_cast<std::uint64_t>(*value);
            return {};
          },
          [](const Record& record, std::string& line) {
            if constexpr (required) {
              line += std::to_string(record.*member);
            } else if (record.*member) {
              line += std::to_string(*(record.*member));
            }
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> yes_no_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            if (cell != "0" && cell != "1") return "0 or 1";
            record.*member = cell == "1";
            return {};
          },
          [](const Record& record, std::string& line) { line += record.*member ? '1' : '0'; }};
}

template <auto member, const auto& names>
constexpr Column<RecordOf<member>> word_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            const auto value = names.find(cell);
            if (!value) return names.list();
            record.*member = *value;
            return {};
          },
          [](const Record& record, std::string& line) { line += names[record.*member]; }};
}

template <auto member>
constexpr Column<RecordOf<member>> time_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            const auto value = parse_time(cell);
            if (!value) return "a time like 2026-11-24T10:33:35.123Z";
            record.*member = *value;
            return {};
          },
          [](const Record& record, std::string& line) { line += format_time(record.*member); }};
}

template <auto member>
constexpr Column<RecordOf<member>> params_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            auto value = parse_params(unguarded(cell));
            if (!value) return "key=value pairs joined by ';'";
            record.*member = std::move(*value);
            return {};
          },
          [](const Record& record, std::string& line) {
            append_text_cell(format_params(record.*member), line);
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> words_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            (record.*member).clear();
            std::string text = unguarded(cell);
            for (std::size_t begin = 0; begin < text.size();) {
              const std::size_t end = std::min(text.find(';', begin), text.size());
              (record.*member).push_back(text.substr(begin, end - begin));
              begin = end + 1;
            }
            return {};
          },
          [](const Record& record, std::string& line) {
            std::string text;
            for (const std::string& word : record.*member) {
              if (!text.empty()) text += ';';
              text += word;
            }
            append_text_cell(text, line);
          }};
}

/// Numbers joined by ';', with nothing between two of those for one that is not known.
template <auto member>
constexpr Column<RecordOf<member>> numbers_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) -> std::string {
            (record.*member).clear();
            for (std::size_t begin = 0; begin < cell.size() + 1;) {
              const std::size_t end = std::min(cell.find(';', begin), cell.size());
              const std::string_view word = cell.substr(begin, end - begin);
              const auto value = parse_number(word);
              if (!value && !word.empty()) return "numbers or nothing, joined by ';'";
              (record.*member).push_back(value);
              begin = end + 1;
            }
            return {};
          },
          [](const Record& record, std::string& line) {
            const char* separator = "";
            for (const std::optional<double>& value : record.*member) {
              line += separator;
              if (value) line += format_number(*value);
              separator = ";";
            }
          }};
}

template <class Record>
std::vector<std::string> csv_columns() {
  std::vector<std::string> names;
  for (const auto& column : Table<Record>::columns) names.emplace_back(column.name);
  return names;
}

template <class Record>
std::string csv_header() {
  std::string line;
  for (const auto& column : Table<Record>::columns) {
    if (!line.empty()) line += ',';
    line += column.name;
  }
  return line + '\n';
}

template <class Record>
std::string csv_line(const Record& record) {
  std::string line;
  bool first = true;
  for (const auto& column : Table<Record>::columns) {
    if (!first) line += ',';
    first = false;
    column.write(record, line);
  }
  return line + '\n';
}

/// Turns the lines of a table into records, with fast-cpp-csv-parser as the tokenizer.
template <class Record>
class RecordReader {
 public:
  static constexpr std::size_t width = std::size(Table<Record>::columns);

  /// Reads bytes from `source`, whose first line is the table's header; `file` is for messages.
  RecordReader(std::string file, std::unique_ptr<io::ByteSourceBase> source)
      : file_(std::move(file)), reader_(file_, std::move(source)) {
    const char* line = reader_.next_line();
    if (line == nullptr) throw FileError(file_, 0, "", "is empty; expected a header line");
    check_header(line);
  }

  /// False at the end. A row that is not right throws FileError; the next call goes on behind it.
  bool next(Record& record) {
    std::array<char*, width> cells{};
    try {
      if (!read(cells, std::make_index_sequence<width>{})) return false;
    } catch (const io::error::too_few_columns&) {
      throw error("", "fewer cells than the " + std::to_string(width) + " columns of the header");
    } catch (const io::error::too_many_columns&) {
      throw error("", "more cells than the " + std::to_string(width) + " columns of the header");
    } catch (const io::error::escaped_string_not_closed&) {
      throw error("", "a quoted cell is not closed");
    } catch (const io::error::line_length_limit_exceeded&) {
      throw error("", "the line is longer than 16 MiB");
    }
    for (std::size_t i = 0; i < width; ++i) {
      const auto& column = Table<Record>::columns[i];
      const std::string expected = column.read(record, cells[i]);
      if (!expected.empty()) {
        throw error(column.name, std::string("found \"") + cells[i] + "\", expected " + expected);
      }
    }
    return true;
  }

  /// The line of the row that next() gave or refused last; the header is line 1.
  std::size_t line() const { return reader_.get_file_line(); }

 private:
  using Reader = io::CSVReader<width, io::trim_chars<>, io::double_quote_escape<',', '"'>,
                               io::throw_on_overflow, io::no_comment>;

  FileError error(const std::string& column, const std::string& what) const {
    return {file_, line(), column, what};
  }

  template <std::size_t... i>
  bool read(std::array<char*, width>& cells, std::index_sequence<i...>) {
    return reader_.read_row(cells[i]...);
  }

  void check_header(std::string_view line) const {
    std::size_t begin = 0;
    for (const auto& column : Table<Record>::columns) {
      if (begin > line.size()) {
        throw FileError(file_, 1, "", std::string("column \"") + column.name + "\" is missing");
      }
      const std::size_t end = std::min(line.find(',', begin), line.size());
      const std::string_view found = line.substr(begin, end - begin);
      if (found != column.name) {
        throw FileError(
            file_, 1, "",
            "found column \"" + std::string(found) + "\", expected \"" + column.name + '"');
      }
      begin = end + 1;
    }
    if (begin <= line.size()) {
      throw FileError(file_, 1, "",
                      "unknown column \"" + std::string(line.substr(begin)) + "\" after the last");
    }
  }

  std::string file_;
  Reader reader_;
};

/// A text in memory.
class TextBytes final : public io::ByteSourceBase {
 public:
  explicit TextBytes(std::string text) : text_(std::move(text)) {}
  int read(char* buffer, int size) override {
    const std::size_t count = text_.copy(buffer, static_cast<std::size_t>(size), position_);
    position_ += count;
    return static_cast<int>(count);
  }

 private:
  std::string text_;
  std::size_t position_ = 0;
};

/// A file's whole lines; a cut last line is kept apart.
class WholeLines final : public io::ByteSourceBase {
 public:
  WholeLines(std::ifstream stream, std::size_t size) : stream_(std::move(stream)), left_(size) {}
  int read(char* buffer, int size) override {
    const std::size_t wanted = std::min(left_, static_cast<std::size_t>(size));
    stream_.read(buffer, static_cast<std::streamsize>(wanted));
    const auto count = stream_.gcount();
    left_ -= static_cast<std::size_t>(count);
    return static_cast<int>(count);
  }

 private:
  std::ifstream stream_;
  std::size_t left_;
};

template <class Record>
ReadReport read_csv(const std::filesystem::path& file,
                    const std::function<void(const Record&)>& each, BadRows bad_rows) {
  ReadReport report;
  const std::size_t size = whole_lines_size(file, report.torn_line);
  refuse_other_schema(file);
  RecordReader<Record> reader(
      file.string(), std::make_unique<WholeLines>(std::ifstream(file, std::ios::binary), size));
  Record record;
  for (;;) {
    try {
      if (!reader.next(record)) break;
    } catch (const FileError& error) {
      if (bad_rows == BadRows::refuse) throw;
      report.bad_rows.emplace_back(error.what());
      report.bad_lines.push_back(reader.line());
      continue;
    }
    ++report.records;
    each(record);
  }
  return report;
}

template <class Record>
Record csv_record(std::string_view line) {
  std::string text = csv_header<Record>();
  text += line;
  RecordReader<Record> reader("line", std::make_unique<TextBytes>(std::move(text)));
  Record record;
  if (!reader.next(record)) throw FileError("line", 0, "", "is empty; expected a row");
  return record;
}

/// Stands once in the .cpp file of each table.
#define PLUMBLINE_DEFINE_TABLE(Record)                                                      \
  template ReadReport read_csv<Record>(const std::filesystem::path&,                        \
                                       const std::function<void(const Record&)>&, BadRows); \
  template std::string csv_header<Record>();                                                \
  template std::string csv_line<Record>(const Record&);                                     \
  template Record csv_record<Record>(std::string_view);                                     \
  template std::vector<std::string> csv_columns<Record>();

}  // namespace plumbline
