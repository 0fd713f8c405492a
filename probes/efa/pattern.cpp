#include "probes/efa/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace plumbline::efa {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// Eight bytes: SplitMix64 (Steele, Lea, Flood 2014) of the place, with no byte zero.
std::uint64_t word_at(std::uint64_t place, std::uint64_t seed) {
  std::uint64_t z = (place + seed * 0x2545f4914f6cdd1dU) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return (z ^ (z >> 31)) | 0x0101010101010101U;
}

}  // namespace

void fill_pattern(std::span<std::byte> memory, std::uint64_t seed, std::size_t offset) {
  for (std::size_t at = 0; at < memory.size(); at += word_bytes) {
    const std::uint64_t word = word_at((offset + at) / word_bytes, seed);
    std::memcpy(&memory[at], &word, std::min(word_bytes, memory.size() - at));
  }
}

void WrongBytes::add(const WrongBytes& more) {
  if (count == 0) first = more.first;
  count += more.count;
}

std::string WrongBytes::sentence() const {
  return fmt::format("{}; {} byte{}", first, count, count == 1 ? " differs" : "s differ");
}

std::string fault_of(const WrongBytes& wrong) {
  if (wrong.count == 0) return {};
  return "the data that arrived are not what was sent: " + wrong.sentence();
}

WrongBytes wrong_bytes(std::span<const std::byte> memory, std::uint64_t seed, std::size_t offset) {
  WrongBytes wrong;
  for (std::size_t at = 0; at < memory.size(); at += word_bytes) {
    const std::size_t size = std::min(word_bytes, memory.size() - at);
    const std::uint64_t word = word_at((offset + at) / word_bytes, seed);
    if (std::memcmp(&memory[at], &word, size) == 0) continue;
    std::byte expected[word_bytes];
    std::memcpy(expected, &word, word_bytes);
    for (std::size_t i = 0; i < size; ++i) {
      if (memory[at + i] == expected[i]) continue;
      if (wrong.count++ == 0) {
        wrong.first = fmt::format("byte {} is {:#04x}, expected {:#04x}", offset + at + i,
                                  std::to_integer<unsigned>(memory[at + i]),
                                  std::to_integer<unsigned>(expected[i]));
      }
    }
  }
  return wrong;
}

}  // namespace plumbline::efa
