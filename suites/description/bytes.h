#pragma once

#include <filesystem>
#include <string>

namespace plumbline {

/// All bytes of a file. Throws FileError if it cannot be read.
std::string bytes_of(const std::filesystem::path& file);

}  // namespace plumbline
