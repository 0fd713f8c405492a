#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace plumbline {

/// What split_cells() gives for a line with a quoted cell that does not end.
inline constexpr std::size_t not_closed = static_cast<std::size_t>(-1);

/// The cells of a line of a table without its end, as RFC 4180 has them, and how many there are,
/// also where these are more than fit: with the tokenizer of fast-cpp-csv-parser, but for any line
/// that lies in memory, which its reader of files, with a buffer of 48 MiB, cannot take. The line
/// holds no zero byte. The cells lie in `copy`.
std::size_t split_cells(std::string_view line, std::span<std::string_view> cells,
                        std::string& copy);

}  // namespace plumbline
