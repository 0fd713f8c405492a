#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html/element.h"

namespace plumbline {

/// How the cells of a column look, and by what they are sorted.
enum class Look {
  text,
  code,     ///< text in the letters of programs
  count,    ///< a whole number; zero is a dot
  number,   ///< four significant digits; NaN is an empty cell
  percent,  ///< a ratio with its sign; NaN is an empty cell
  verdict,  ///< a Verdict
  outcome,  ///< a NodeOutcome
};

/// A column of a FleetTable.
struct FleetColumn {
  std::string_view name;   ///< in the data and in the CSV that a reader copies
  std::string_view title;  ///< in the heading; empty: the column is not shown, only copied
  Look look = Look::text;
  double width = 0;            ///< rem; 0: an equal share of what the others leave
  std::string_view link = {};  ///< "node" or "finding": the cell leads there ...
  std::string_view key = {};   ///< ... by the text in the column of this name
  bool choice = false;         ///< a reader may choose one of its values
};

/// A table that may have a row for every node of the largest fleet. Its first rows are plain HTML,
/// for readers without scripts and for paper; all of them go deflated into the document, and the
/// script (assets/fleet_table.js) shows those that are in view, sorts, searches and copies them.
class FleetTable {
 public:
  /// `name` names the block of data and the element; `row_name` is what one row is: "node".
  FleetTable(std::string_view name, std::string_view row_name);

  /// The cells of a column, in the order of the rows: texts, or what the other looks take as a
  /// number. All columns are of one length.
  void texts(const FleetColumn& column, std::vector<std::string> values);
  void numbers(const FleetColumn& column, std::vector<double> values);

  std::size_t rows() const { return rows_; }

  /// `first` rows stand in the page as they are. A table of a few rows has no data and is sorted as
  /// any other.
  void render(const html::Element& section, std::size_t first = 50) const;

 private:
  struct Column {
    FleetColumn about;
    std::vector<std::string> texts;
    std::vector<double> numbers;
  };
  void add(Column column, std::size_t size);
  const Column& named(std::string_view name) const;
  void cell(const html::Element& row, const Column& column, std::size_t at) const;
  void plain_rows(const html::Element& frame, std::size_t count) const;
  std::string encoded() const;

  std::string_view name_;
  std::string_view row_name_;
  std::size_t rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace plumbline
