#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline {

/// Replaces this process by another program. Throws std::system_error if that cannot be started.
[[noreturn]] void become(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments);

}  // namespace plumbline
