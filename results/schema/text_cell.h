#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace plumbline {

/// True if a text may stand in a cell as it is.
bool stands_in_cell(std::string_view text);

/// Appends a text cell: quoted where RFC 4180 asks for it, line breaks and control characters as
/// spaces, and with a leading ' where a spreadsheet would run the text (= + - @) or where the text
/// itself begins with one.
void append_text_cell(std::string_view text, std::string& line);

/// The text of a cell after unquoting: without its guarding '.
std::string_view unguarded(std::string_view cell);

/// Bytes of `file` up to its last line end; the rest goes into `torn_line`. Throws FileError if the
/// file cannot be read.
std::size_t whole_lines_size(const std::filesystem::path& file, std::string& torn_line);

/// Throws FileError with one sentence if the first row of the table is of another schema version.
void refuse_other_schema(const std::filesystem::path& file);

}  // namespace plumbline
