#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plumbline {

/// The one of `names` that `word` was most likely meant to be; "" if none is near.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

/// "; did you mean NAME?" for the end of a message, or "" if no name is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

}  // namespace plumbline
