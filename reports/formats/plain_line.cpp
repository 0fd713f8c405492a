#include "reports/formats/plain_line.h"

#include <algorithm>

#include "reports/html/escape.h"

namespace plumbline {

std::string plain_line(std::string_view text) {
  std::string line;
  html::plain(text, line);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

}  // namespace plumbline
