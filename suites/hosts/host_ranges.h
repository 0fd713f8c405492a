#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// No list names more hosts than this: a slip of the pen like n[1-99999999] is told, not tried.
inline constexpr std::size_t most_hosts = 1'000'000;

/// The words that a list with ranges in brackets stands for, as Slurm writes it (which has no
/// suffix behind a bracket), in its order: "a,n[01-03,7].x" is a, n01.x, n02.x, n03.x, n7.x. A
/// leading zero makes all numbers of a range as wide as its first; several brackets in a word count
/// like an odometer, the last one fastest. Throws std::invalid_argument that says what was found
/// and what was expected.
std::vector<std::string> expand_ranges(std::string_view list);

}  // namespace plumbline
