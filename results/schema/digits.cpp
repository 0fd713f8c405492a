#include "results/schema/digits.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace plumbline {
namespace {

constexpr std::array powers = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
constexpr double smallest_fixed = 1e-4;  ///< below, %g writes an exponent
constexpr double largest = 1e12;         ///< products up to here are right to 1e-4

/// Appends `size` >= 0 rounded to `decimals` digits behind the point, without zeros at their end.
/// False, and nothing is appended, where only exact arithmetic can tell which way to round: the
/// product below is rounded once.
bool append_rounded(double size, std::size_t decimals, std::string& text) {
  const double scaled = size * powers[decimals];
  if (!(scaled < largest)) return false;  // nor if it is no number
  const double below = std::floor(scaled);
  constexpr double unclear = 1e-3;
  if (std::abs(scaled - below - 0.5) < unclear) return false;
  const auto rounded = static_cast<std::uint64_t>(scaled - below > 0.5 ? below + 1 : below);
  const auto one = static_cast<std::uint64_t>(powers[decimals]);
  append_integer(rounded / one, text);
  std::uint64_t rest = rounded % one;
  if (rest == 0) return true;
  std::array<char, 10> digits;
  for (std::size_t i = decimals; i-- > 0; rest /= 10) {
    digits[i] = static_cast<char>('0' + rest % 10);
  }
  while (digits[decimals - 1] == '0') --decimals;
  text += '.';
  text.append(digits.data(), decimals);
  return true;
}

void append_exactly(double value, std::chars_format format, int precision, std::string& text) {
  std::array<char, 512> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, format, precision);
  text.append(digits.data(), end.ptr);
}

}  // namespace

void append_integer(std::uint64_t value, std::string& text) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end.ptr);
}

void append_significant(double value, int digits, std::string& text) {
  const double size = std::abs(value);
  const auto count = static_cast<std::size_t>(digits);
  const std::size_t before = text.size();
  // Rounded up to the next power of ten it is written with an exponent: that is not done here.
  if (size >= smallest_fixed && size < powers[count] - 1) {
    std::size_t decimals = 0;
    while (size * powers[decimals] < powers[count - 1]) ++decimals;
    if (value < 0) text += '-';
    if (append_rounded(size, decimals, text)) return;
    text.resize(before);
  }
  append_exactly(value, std::chars_format::general, digits, text);
}

void append_decimals(double value, int decimals, std::string& text) {
  const std::size_t before = text.size();
  if (value < 0) text += '-';
  if (append_rounded(std::abs(value), static_cast<std::size_t>(decimals), text)) return;
  text.resize(before);
  append_exactly(value, std::chars_format::fixed, decimals, text);
  if (decimals == 0) return;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
}

}  // namespace plumbline
