#include "reports/pages/table.h"

#include "results/schema/number.h"

namespace plumbline {
namespace {

using html::Element;

Element with_head(const Element& table, std::string_view caption,
                  std::initializer_list<TableColumn> columns) {
  if (!caption.empty()) table.add("caption").text(caption);
  {
    const Element head = table.add("thead");
    const Element row = head.add("tr");
    for (const TableColumn& column : columns) {
      row.add("th", {{"scope", "col"}, {"class", column.number ? "number" : "text"}})
          .text(column.title);
    }
  }
  return table.add("tbody");
}

}  // namespace

SortableTable::SortableTable(const Element& into, std::string_view caption,
                             std::initializer_list<TableColumn> columns)
    : frame(into.add("div", {{"class", "scroll"}})),
      table(frame.add("table", {{"class", "sortable"}})),
      body(with_head(table, caption, columns)) {}

Element term(const Element& list, std::string_view name) {
  list.add("dt").text(name);
  return list.add("dd");
}

void text_cell(const Element& row, std::string_view text) { row.add("td").text(text); }

void number_cell(const Element& row, std::string_view text, double value) {
  row.add("td", {{"class", "number"}, {"data-sort", format_number(value)}}).text(text);
}

void number_cell(const Element& row, std::string_view text) {
  row.add("td", {{"class", "number"}}).text(text);
}

}  // namespace plumbline
