#include "results/schema/number.h"

#include <array>
#include <charconv>
#include <cmath>

#include "results/schema/digits.h"

namespace plumbline {
namespace {

bool is_whole(double value) { return std::trunc(value) == value && std::abs(value) < 0x1p53; }

void append_whole(double value, std::string& line) {
  if (value < 0) line += '-';
  append_integer(static_cast<std::uint64_t>(std::abs(value)), line);
}

}  // namespace

std::string format_number(double value) {
  std::string text;
  append_number(value, text);
  return text;
}

void append_number(double value, std::string& line) {
  if (!std::isfinite(value)) return;
  if (is_whole(value)) return append_whole(value, line);
  append_significant(value, 6, line);
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last) return std::nullopt;
  return value;
}

std::string format_bytes(std::uint64_t bytes) {
  static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + ' ' + units[unit];
}

}  // namespace plumbline
