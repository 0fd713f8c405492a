#pragma once

#include <filesystem>
#include <string>

namespace plumbline {

/// Throws FileError, with the line, unless every element of the XML `text` of `file` is closed in
/// the right order. hwloc's own parser stops at the first stray end tag and takes what it has so
/// far for the whole machine.
void check_well_formed(const std::filesystem::path& file, const std::string& text);

}  // namespace plumbline
