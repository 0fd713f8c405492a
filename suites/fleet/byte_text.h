#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// Any bytes as a text that JSON can hold: byte N becomes the character U+00NN. ASCII stays as it
/// is.
std::string text_of_bytes(std::string_view bytes);

/// The inverse. Throws std::runtime_error for a text that is not made of such characters.
std::string bytes_of_text(std::string_view text);

}  // namespace plumbline
