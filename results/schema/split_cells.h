#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace plumbline {

/// What split_cells() gives for a line with a quoted cell that does not end.
inline constexpr std::size_t not_closed = static_cast<std::size_t>(-1);

/// The cells of a line of a table, as RFC 4180 has them, and how many there are, also where these
/// are more than fit. A cell lies in `line`; of one that had to be unquoted, in `unquoted`. Nothing
/// is copied of the others, so that a table can be read where it lies in memory.
std::size_t split_cells(std::string_view line, std::span<std::string_view> cells,
                        std::string& unquoted);

}  // namespace plumbline
