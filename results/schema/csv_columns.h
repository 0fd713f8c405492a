#pragma once

// How the tables are read and written: included only by the .cpp files that define a table.

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include "results/schema/csv_file.h"
#include "results/schema/csv_line.h"
#include "results/schema/digits.h"
#include "results/schema/file_error.h"
#include "results/schema/number.h"
#include "results/schema/params.h"
#include "results/schema/split_cells.h"
#include "results/schema/text.h"
#include "results/schema/text_cell.h"
#include "results/schema/time.h"

namespace plumbline {

/// One column of a table: how its cell becomes a member and back.
template <class Record>
struct Column {
  const char* name;
  /// False if `cell` cannot be that. A record is filled again and again, so that its strings
  /// keep their memory.
  bool (*read)(Record& record, std::string_view cell);
  std::string (*expected)();  ///< what the cell should have been
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
          [](Record&, std::string_view cell) { return parse_integer(cell) == schema_version; },
          [] { return "schema " + std::to_string(schema_version); },
          [](const Record&, std::string& line) { append_integer(schema_version, line); }};
}

template <auto member>
constexpr Column<RecordOf<member>> text_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            const std::string_view text = unguarded(cell);
            if constexpr (std::is_same_v<ValueOf<member>, Text>) {
              if (record.*member == text) return true;  // often that of the row before
            }
            record.*member = text;
            return true;
          },
          [] { return std::string("a text"); },
          [](const Record& record, std::string& line) {
            if constexpr (std::is_same_v<ValueOf<member>, Text>) {
              if ((record.*member).is_cell()) {
                line += (record.*member).str();
                return;
              }
            }
            if (!(record.*member).empty()) append_text_cell(record.*member, line);
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> number_column(const char* name) {
  using Record = RecordOf<member>;
  constexpr bool required = std::is_same_v<ValueOf<member>, double>;
  return {name,
          [](Record& record, std::string_view cell) {
            if constexpr (!required) {
              record.*member = {};
              if (cell.empty()) return true;
            }
            const auto value = parse_number(cell);
            if (value) record.*member = *value;
            return value.has_value();
          },
          [] { return std::string(required ? "a number" : "a number or an empty cell"); },
          [](const Record& record, std::string& line) {
            if constexpr (required) {
              append_number(record.*member, line);
            } else if (record.*member) {
              append_number(*(record.*member), line);
            }
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> integer_column(const char* name) {
  using Record = RecordOf<member>;
  constexpr bool required = std::is_integral_v<ValueOf<member>>;
  return {
      name,
      [](Record& record, std::string_view cell) {
        if constexpr (!required) {
          record.*member = {};
          if (cell.empty()) return true;
        }
        const auto value = parse_integer(cell);
        if (value) record.*member = static_cast<std::uint64_t>(*value);
        return value.has_value();
      },
      [] { return std::string(required ? "a whole number" : "a whole number or an empty cell"); },
      [](const Record& record, std::string& line) {
        if constexpr (required) {
          append_integer(record.*member, line);
        } else if (record.*member) {
          append_integer(*(record.*member), line);
        }
      }};
}

template <auto member>
constexpr Column<RecordOf<member>> yes_no_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            record.*member = cell == "1";
            return cell == "0" || cell == "1";
          },
          [] { return std::string("0 or 1"); },
          [](const Record& record, std::string& line) { line += record.*member ? '1' : '0'; }};
}

template <auto member, const auto& names>
constexpr Column<RecordOf<member>> word_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            const auto value = names.find(cell);
            if (value) record.*member = *value;
            return value.has_value();
          },
          [] { return names.list(); },
          [](const Record& record, std::string& line) { line += names[record.*member]; }};
}

template <auto member>
constexpr Column<RecordOf<member>> time_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            const auto value = parse_time(cell);
            if (value) record.*member = *value;
            return value.has_value();
          },
          [] { return std::string("a time like 2026-11-24T10:33:35.123Z"); },
          [](const Record& record, std::string& line) { line += format_time(record.*member); }};
}

template <auto member>
constexpr Column<RecordOf<member>> params_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            const std::string_view text = unguarded(cell);
            if (format_params(record.*member) == text) return true;  // nearly always that of before
            auto value = parse_params(text);
            if (value) record.*member = *value;
            return value.has_value();
          },
          [] { return std::string("key=value pairs joined by ';'"); },
          [](const Record& record, std::string& line) {
            const std::string& text = format_params(record.*member);
            if ((record.*member).is_cell()) {
              line += text;
            } else {
              append_text_cell(text, line);
            }
          }};
}

template <auto member>
constexpr Column<RecordOf<member>> words_column(const char* name) {
  using Record = RecordOf<member>;
  return {name,
          [](Record& record, std::string_view cell) {
            (record.*member).clear();
            const std::string_view text = unguarded(cell);
            for (std::size_t begin = 0; begin < text.size();) {
              const std::size_t end = std::min(text.find(';', begin), text.size());
              (record.*member).emplace_back(text.substr(begin, end - begin));
              begin = end + 1;
            }
            return true;
          },
          [] { return std::string("words joined by ';'"); },
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
          [](Record& record, std::string_view cell) {
            (record.*member).clear();
            for (std::size_t begin = 0; begin < cell.size() + 1;) {
              const std::size_t end = std::min(cell.find(';', begin), cell.size());
              const std::string_view word = cell.substr(begin, end - begin);
              const auto value = parse_number(word);
              if (!value && !word.empty()) return false;
              (record.*member).push_back(value);
              begin = end + 1;
            }
            return true;
          },
          [] { return std::string("numbers or nothing, joined by ';'"); },
          [](const Record& record, std::string& line) {
            const char* separator = "";
            for (const std::optional<double>& value : record.*member) {
              line += separator;
              if (value) append_number(*value, line);
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
void append_csv_line(const Record& record, std::string& text) {
  using T = Table<Record>;
  const auto write = [&]<std::size_t... i>(std::index_sequence<i...>) {
    ((T::columns[i].write(record, text), text += ','), ...);
  };
  write(std::make_index_sequence<std::size(T::columns)>{});
  text.back() = '\n';
}

template <class Record>
std::string csv_line(const Record& record) {
  std::string line;
  append_csv_line(record, line);
  return line;
}

/// Turns the lines of a table into records.
template <class Record>
class RecordReader {
 public:
  static constexpr std::size_t width = std::size(Table<Record>::columns);

  /// Why a line is no record; an empty column: it is about the whole line.
  struct Refusal {
    std::string column;
    std::string what;
  };

  /// `line` is without its end.
  std::optional<Refusal> read(std::string_view line, Record& record) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    // What a crash left of a block that was never written.
    if (line.find('\0') != std::string_view::npos) return Refusal{"", "has a zero byte"};
    std::array<std::string_view, width> cells;
    const std::size_t count = split_cells(line, cells, line_);
    if (count != width) return Refusal{"", wrong_count(count)};
    const std::size_t good = read_cells(cells, record, std::make_index_sequence<width>{});
    if (good == width) return std::nullopt;
    const auto& column = Table<Record>::columns[good];
    return Refusal{column.name,
                   "found \"" + std::string(cells[good]) + "\", expected " + column.expected()};
  }

 private:
  using Cells = std::array<std::string_view, width>;

  static std::string wrong_count(std::size_t count) {
    if (count == not_closed) return "a quoted cell is not closed";
    return (count < width ? "fewer" : "more") + std::string(" cells than the ") +
           std::to_string(width) + " columns of the header";
  }

  /// How many of the cells are good up to the first that is not.
  template <std::size_t... i>
  static std::size_t read_cells(const Cells& cells, Record& record, std::index_sequence<i...>) {
    std::size_t good = 0;
    (void)((Table<Record>::columns[i].read(record, cells[i]) && ++good != 0) && ...);
    return good;
  }

  std::string line_;
};

/// Throws FileError if the first line of a file is not the header of the table.
template <class Record>
void check_header(const std::string& file, std::string_view line) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::size_t begin = 0;
  for (const auto& column : Table<Record>::columns) {
    if (begin > line.size()) {
      throw FileError(file, 1, "", std::string("column \"") + column.name + "\" is missing");
    }
    const std::size_t end = std::min(line.find(',', begin), line.size());
    const std::string_view found = line.substr(begin, end - begin);
    if (found != column.name) {
      throw FileError(
          file, 1, "",
          "found column \"" + std::string(found) + "\", expected \"" + column.name + '"');
    }
    begin = end + 1;
  }
  if (begin <= line.size()) {
    throw FileError(file, 1, "",
                    "unknown column \"" + std::string(line.substr(begin)) + "\" after the last");
  }
}

template <class Record>
ReadReport read_csv(const std::filesystem::path& file,
                    const std::function<void(const Record&)>& each, BadRows bad_rows) {
  ReadReport report;
  std::size_t left = whole_lines_size(file, report.torn_line);
  refuse_other_schema(file);
  if (left == 0) throw FileError(file.string(), 0, "", "is empty; expected a header line");
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  RecordReader<Record> reader;
  Record record;
  for (std::size_t number = 1; left != 0 && std::getline(stream, line); ++number) {
    left -= line.size() + 1;
    if (number == 1) {
      check_header<Record>(file.string(), line);
      continue;
    }
    if (const auto refusal = reader.read(line, record)) {
      const FileError error(file.string(), number, refusal->column, refusal->what);
      if (bad_rows == BadRows::refuse) throw error;
      report.bad_rows.emplace_back(error.what());
      report.bad_lines.push_back(number);
      continue;
    }
    ++report.records;
    each(record);
  }
  return report;
}

template <class Record>
Record csv_record(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.empty()) throw FileError("line", 0, "", "is empty; expected a row");
  Record record;
  if (const auto refusal = RecordReader<Record>().read(line, record)) {
    throw FileError("line", 0, refusal->column, refusal->what);
  }
  return record;
}

/// Stands once in the .cpp file of each table.
#define PLUMBLINE_DEFINE_TABLE(Record)                                                      \
  template ReadReport read_csv<Record>(const std::filesystem::path&,                        \
                                       const std::function<void(const Record&)>&, BadRows); \
  template std::string csv_header<Record>();                                                \
  template std::string csv_line<Record>(const Record&);                                     \
  template void append_csv_line<Record>(const Record&, std::string&);                       \
  template Record csv_record<Record>(std::string_view);                                     \
  template std::vector<std::string> csv_columns<Record>();

}  // namespace plumbline
