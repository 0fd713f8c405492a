#include "suites/description/lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline {

std::string lines_of_words(const std::vector<std::string>& words) {
  return fmt::to_string(fmt::join(words, "\n"));
}

std::vector<std::string> words_of_lines(const std::string& lines) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    words.push_back(lines.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace plumbline
