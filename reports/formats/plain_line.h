#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// Text from rows as one line of clean UTF-8: what is none, control characters and what turns the
/// direction of writing become U+FFFD, line ends and tabs a space.
std::string plain_line(std::string_view text);

}  // namespace plumbline
