#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The software and settings of this machine that change what a number means, as keys and values
/// for context.csv: kernel, os, cpu_governor, smt, transparent_hugepages, memory ... What the
/// machine does not say is left out. `root` is the folder that holds sys/, proc/ and etc/.
Settings host_settings(const std::filesystem::path& root = "/");

/// The variables of `environment` ("NAME=value", ended by nullptr) that change what a probe or a
/// vendor's library does, as "env.NAME". Others are never written down: they may hold secrets.
Settings telling_environment(const char* const* environment);

}  // namespace plumbline
