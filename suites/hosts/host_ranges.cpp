#include "suites/hosts/host_ranges.h"

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>

#include "results/schema/number.h"

namespace plumbline {
namespace {

[[noreturn]] void refuse(std::string_view found, std::string_view expected) {
  throw std::invalid_argument(fmt::format("found \"{}\", expected {}", found, expected));
}

/// The parts of `text` between commas that lie in no brackets.
std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  bool inside = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') {
      if (inside) refuse(text, "no bracket inside of brackets");
      inside = true;
    } else if (text[i] == ']') {
      if (!inside) refuse(text, "a '[' before each ']'");
      inside = false;
    } else if (text[i] == ',' && !inside) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (inside) refuse(text, "a ']' behind each '['");
  parts.push_back(text.substr(begin));
  return parts;
}

std::uint64_t number_of(std::string_view digits, std::string_view range) {
  const auto number = parse_integer(digits);
  if (!number) refuse(range, "a number or a range of numbers like 001-016 in the brackets");
  return *number;
}

/// Appends what one entry between the commas of a bracket stands for: "7", "001-016".
void append_numbers(std::string_view range, std::vector<std::string>& numbers) {
  const std::size_t dash = range.find('-');
  const std::string_view low = range.substr(0, dash);
  const std::string_view high = dash == std::string_view::npos ? low : range.substr(dash + 1);
  const std::uint64_t first = number_of(low, range), last = number_of(high, range);
  if (last < first) refuse(range, "a range that goes up");
  const bool padded = low.size() > 1 && low.front() == '0';
  if (high.size() != low.size() && (padded || high.front() == '0')) {
    refuse(range, "both ends with the same number of digits where one begins with 0");
  }
  if (last - first >= most_hosts) refuse(range, fmt::format("at most {} hosts", most_hosts));
  for (std::uint64_t number = first; number <= last; ++number) {
    numbers.push_back(fmt::format("{:0{}}", number, padded ? low.size() : 1));
    if (number == last) break;  // `last` may be the largest number there is
  }
}

void append_words(std::string_view pattern, std::vector<std::string>& words) {
  const std::string_view whole = pattern;
  if (pattern.empty()) refuse(pattern, "a name; two commas follow each other, or one is the end");
  std::vector<std::string> begun{""};
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('[');
    for (std::string& word : begun) word += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find(']', open);
    std::vector<std::string> numbers;
    for (const auto range : split_at_commas(pattern.substr(open + 1, close - open - 1))) {
      append_numbers(range, numbers);
    }
    if (begun.size() * numbers.size() > most_hosts) {
      refuse(whole, fmt::format("at most {} hosts", most_hosts));
    }
    std::vector<std::string> longer;
    for (const std::string& word : begun) {
      for (const std::string& number : numbers) longer.push_back(word + number);
    }
    begun = std::move(longer);
    pattern.remove_prefix(close + 1);
  }
  if (words.size() + begun.size() > most_hosts) {
    throw std::invalid_argument(fmt::format("more than {} hosts", most_hosts));
  }
  words.insert(words.end(), begun.begin(), begun.end());
}

}  // namespace

std::vector<std::string> expand_ranges(std::string_view list) {
  std::vector<std::string> words;
  for (const std::string_view pattern : split_at_commas(list)) append_words(pattern, words);
  return words;
}

}  // namespace plumbline
