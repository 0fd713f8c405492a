#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// The spellings of an enumeration whose values count from 0.
template <class Enum, std::size_t count>
struct Names {
  std::array<const char*, count> words;

  constexpr const char* operator[](Enum value) const {
    return words[static_cast<std::size_t>(value)];
  }

  constexpr std::optional<Enum> find(std::string_view word) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (word == words[i]) return static_cast<Enum>(i);
    }
    return std::nullopt;
  }

  /// "ok, skipped or failed", for messages.
  std::string list() const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) text += i + 1 == count ? " or " : ", ";
      text += words[i];
    }
    return text;
  }
};

template <class Enum, class... Words>
constexpr Names<Enum, sizeof...(Words)> names_of(Words... words) {
  return {{words...}};
}

}  // namespace plumbline
