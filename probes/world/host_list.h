#pragma once

#include <string>
#include <string_view>

namespace plumbline {

/// The first host of Slurm's hostlist expression: n1 of "n[1-4,07],m3", r1n03 of "r[1-2]n[03,5]".
/// Throws std::invalid_argument for what is none.
std::string first_host(std::string_view hostlist);

}  // namespace plumbline
