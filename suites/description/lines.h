#pragma once

#include <string>
#include <vector>

namespace plumbline {

/// Lists in the journal, whose values are texts: a line each. No path, host or case name holds a
/// line break.
std::string lines_of_words(const std::vector<std::string>& words);
std::vector<std::string> words_of_lines(const std::string& lines);

}  // namespace plumbline
