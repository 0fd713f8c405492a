#pragma once

#include <cstddef>

namespace plumbline {

inline constexpr std::size_t mebibyte = std::size_t{1} << 20;
inline constexpr std::size_t gibibyte = std::size_t{1} << 30;

}  // namespace plumbline
