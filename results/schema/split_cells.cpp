#include "results/schema/split_cells.h"

#include <libfccp/csv.h>

namespace plumbline {
namespace {

/// Most lines have no quotes, and are taken apart faster then.
using Plain = io::no_quote_escape<','>;
using Quoted = io::double_quote_escape<',', '"'>;

template <class Quotes>
std::size_t split(char* begin, std::span<std::string_view> cells) {
  for (std::size_t count = 0;; ++count) {
    char* end = begin;
    end += Quotes::find_next_column_end(begin) - begin;
    const bool is_last = *end == '\0';
    char* const next = end + 1;
    Quotes::unescape(begin, end);
    if (count < cells.size()) cells[count] = {begin, end};
    if (is_last) return count + 1;
    begin = next;
  }
}

}  // namespace

std::size_t split_cells(std::string_view line, std::span<std::string_view> cells,
                        std::string& copy) {
  copy = line;
  if (line.find('"') == std::string_view::npos) return split<Plain>(copy.data(), cells);
  try {
    return split<Quoted>(copy.data(), cells);
  } catch (const io::error::escaped_string_not_closed&) {
    return not_closed;
  }
}

}  // namespace plumbline
