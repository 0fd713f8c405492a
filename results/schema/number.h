#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// Six significant digits, shortest form, no locale: 12.3457, 1.5e-07; whole numbers exactly:
/// 1179648. Not finite gives "".
std::string format_number(double value);

/// The same at the end of a line.
void append_number(double value, std::string& line);

/// The whole of `text` as a finite number; nothing for an empty cell, trailing characters, "nan",
/// "inf" or a value outside the range of double.
std::optional<double> parse_number(std::string_view text);

/// The whole of `text` as an unsigned decimal integer.
std::optional<std::uint64_t> parse_integer(std::string_view text);

/// Bytes as a person writes them, exact or nothing: "512 B", "64 KiB", "1 GiB".
std::string format_bytes(std::uint64_t bytes);

}  // namespace plumbline
