#pragma once

#include <initializer_list>
#include <string_view>

#include "reports/html/element.h"

namespace plumbline {

/// A column of a table of the report.
struct TableColumn {
  std::string_view title;
  bool number = false;  ///< right-aligned, sorted by value
};

/// <div><table><thead>: open it, add rows to `body`. The script lets a reader sort it.
struct SortableTable {
  SortableTable(const html::Element& into, std::string_view caption,
                std::initializer_list<TableColumn> columns);

  html::Element frame;
  html::Element table;
  html::Element body;
};

/// A term of a <dl>; what it is goes into the element that comes back.
html::Element term(const html::Element& list, std::string_view name);

void text_cell(const html::Element& row, std::string_view text);
/// A number as people read it, and the value by which it is sorted.
void number_cell(const html::Element& row, std::string_view text, double value);
void number_cell(const html::Element& row, std::string_view text);

}  // namespace plumbline
