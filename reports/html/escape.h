#pragma once

#include <string>
#include <string_view>

namespace plumbline::html {

/// Appends `text` so that it is text and nothing else, in element content and in quoted attributes.
/// What is no UTF-8, control characters, and the characters that turn the direction of writing
/// (they make a name look like another) become U+FFFD.
void escape(std::string_view text, std::string& out);

/// Appends `text` with the same replacements and nothing escaped: for what a script reads as data.
void plain(std::string_view text, std::string& out);

/// UTF-8 as ASCII, with numeric references for what is beyond it. A browser keeps a page of ASCII,
/// its packed data too, in one byte a character instead of two, and has read it sooner.
std::string in_ascii(std::string_view text);

/// `text` as the part of an address behind '#': all but letters, digits, '-', '_' and '.' as
/// %XX. encodeURIComponent() and the same four more make it in a script.
std::string fragment(std::string_view text);

/// Base64 with padding, RFC 4648.
std::string base64(std::string_view bytes);

/// Coordinates: at most two decimals, no trailing zeros, no locale. Not finite gives "0".
std::string coordinate(double value);

}  // namespace plumbline::html
