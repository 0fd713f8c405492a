#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace plumbline::efa {

/// Fills memory with bytes that follow from their place and `seed` alone, none of them zero: what
/// was left out, misplaced or is of an earlier round differs. `memory` begins at `offset`, a
/// multiple of eight, of what the pattern is over.
void fill_pattern(std::span<std::byte> memory, std::uint64_t seed, std::size_t offset = 0);

/// What is wrong with data that were looked at.
struct WrongBytes {
  std::uint64_t count = 0;  ///< 0: all are right
  std::string first;        ///< "byte 4096 is 0x00, expected 0x3f"

  void add(const WrongBytes& more);
  /// "byte 4096 is 0x00, expected 0x3f; 12288 bytes differ"
  std::string sentence() const;
};

/// "the data that arrived are not what was sent: ..."; empty: they are.
std::string fault_of(const WrongBytes& wrong);

/// Compares memory with what fill_pattern() writes.
WrongBytes wrong_bytes(std::span<const std::byte> memory, std::uint64_t seed,
                       std::size_t offset = 0);

}  // namespace plumbline::efa
