#include "results/schema/split_cells.h"

#include <libfccp/csv.h>

namespace plumbline {
namespace {

using Quotes = io::double_quote_escape<',', '"'>;

}  // namespace

std::size_t split_cells(std::string_view line, std::span<std::string_view> cells,
                        std::string& copy) {
  copy = line;
  std::size_t count = 0;
  for (char* begin = copy.data();; ++count) {
    char* end = begin;
    try {
      end += Quotes::find_next_column_end(begin) - begin;
    } catch (const io::error::escaped_string_not_closed&) {
      return not_closed;
    }
    const bool is_last = *end == '\0';
    char* const next = end + 1;
    Quotes::unescape(begin, end);
    if (count < cells.size()) cells[count] = {begin, end};
    if (is_last) return count + 1;
    begin = next;
  }
}

}  // namespace plumbline
