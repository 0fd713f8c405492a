#include "tests/unit/pages/markup.h"

#include <cctype>

#include "reports/html/escape.h"

namespace plumbline {
namespace {

/// Reads one tag that begins at `at` (behind its '<') and moves `at` behind its '>'.
MarkupTag read_tag(std::string_view text, std::size_t& at) {
  MarkupTag tag;
  const auto more = [&] { return at < text.size() && text[at] != '>'; };
  const auto word = [&] {
    std::string name;
    while (more() && text[at] != '=' && text[at] != '/' && std::isspace(text[at]) == 0) {
      name += text[at++];
    }
    return name;
  };
  if (text[at] == '/') tag.end = true, ++at;
  tag.name = word();
  while (more()) {
    if (std::isspace(text[at]) != 0) {
      ++at;
    } else if (text[at] == '/') {
      tag.closed = true, ++at;
    } else {
      const std::string name = word();
      std::string& value = tag.attributes[name];
      if (!more() || text[at] != '=') continue;
      ++at;
      const char quote = text[at++];
      while (at < text.size() && text[at] != quote) value += text[at++];
      ++at;
    }
  }
  ++at;
  return tag;
}

}  // namespace

std::vector<MarkupTag> markup_of(std::string_view text) {
  std::vector<MarkupTag> tags;
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string_view::npos) {
    ++at;
    if (at < text.size() && text[at] == '!') continue;
    tags.push_back(read_tag(text, at));
    const MarkupTag& tag = tags.back();
    if (!tag.end && (tag.name == "script" || tag.name == "style")) {
      at = text.find("</" + tag.name, at);
    }
  }
  return tags;
}

testing::AssertionResult says(const std::string& page, const std::string& part) {
  if (page.find(html::in_ascii(part)) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the page does not say " << part;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t number = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++number;
  }
  return number;
}

}  // namespace plumbline
