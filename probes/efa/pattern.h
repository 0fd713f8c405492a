#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace plumbline::efa {

/// Fills memory with bytes that follow from their place and `seed` alone, none of them zero: what
/// was left out, misplaced or is of an earlier round differs. `memory` begins at `offset`, a
/// multiple of eight, of what the pattern is over.
void fill_pattern(std::span<std::byte> memory, std::uint64_t seed, std::size_t offset = 0);

/// "byte 4096 is 0x00, expected 0x3f; 12288 of 65536 bytes differ"; nothing if none does.
std::optional<std::string> pattern_fault(std::span<const std::byte> memory, std::uint64_t seed,
                                         std::size_t offset = 0);

}  // namespace plumbline::efa
