#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// A tag of an HTML text as a browser would see it.
struct MarkupTag {
  std::string name;
  bool end = false;                               ///< </name>
  bool closed = false;                            ///< <name/>
  std::map<std::string, std::string> attributes;  ///< values as they stand, escapes and all
};

/// All tags of a text. The contents of script, style and title hold none.
std::vector<MarkupTag> markup_of(std::string_view text);

/// Whether a part, as text or markup in UTF-8, stands in a page.
testing::AssertionResult says(const std::string& page, const std::string& part);

/// How often a part stands in a text.
std::size_t occurrences(std::string_view text, std::string_view part);

}  // namespace plumbline
