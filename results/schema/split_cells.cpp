#include "results/schema/split_cells.h"

namespace plumbline {
namespace {

constexpr char quote = '"';

/// Where the cell at `begin` ends; npos if a quote in it is open at the end of the line.
std::size_t end_of_cell(std::string_view line, std::size_t begin) {
  bool is_quoted = false;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (line[i] == quote) is_quoted = !is_quoted;
    if (line[i] == ',' && !is_quoted) return i;
  }
  return is_quoted ? std::string_view::npos : line.size();
}

/// `cell` begins and ends with a quote. Appends to `text`, which has room for it.
std::string_view unquote(std::string_view cell, std::string& text) {
  const std::size_t begin = text.size();
  cell = cell.substr(1, cell.size() - 2);
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == quote && i + 1 < cell.size() && cell[i + 1] == quote) ++i;
    text += cell[i];
  }
  return std::string_view(text).substr(begin);
}

}  // namespace

std::size_t split_cells(std::string_view line, std::span<std::string_view> cells,
                        std::string& unquoted) {
  unquoted.clear();
  unquoted.reserve(line.size());  // what is in it must not move
  std::size_t count = 0;
  for (std::size_t begin = 0;; ++count) {
    const std::size_t end = end_of_cell(line, begin);
    if (end == std::string_view::npos) return not_closed;
    std::string_view cell = line.substr(begin, end - begin);
    if (cell.size() >= 2 && cell.front() == quote && cell.back() == quote) {
      cell = unquote(cell, unquoted);
    }
    if (count < cells.size()) cells[count] = cell;
    if (end == line.size()) return count + 1;
    begin = end + 1;
  }
}

}  // namespace plumbline
