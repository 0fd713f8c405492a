#pragma once

#include <array>
#include <filesystem>

#include "suites/launch/descriptor.h"

namespace plumbline {

/// The end to read from and the end to write to; no program that is started inherits them. Throws
/// std::system_error.
std::array<Descriptor, 2> make_pipe();

/// A file that whoever writes appends to, made if it is not there. Throws std::system_error.
Descriptor open_log(const std::filesystem::path& log);

}  // namespace plumbline
