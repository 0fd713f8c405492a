#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::html {

/// A table for the script of a page (assets/data.js reads it), column by column: a text stands once
/// however often it comes, a number takes the fewest bytes that hold it. What grows with a fleet
/// goes into one; Element::data() puts it into the document.
///
/// The bytes: the length of a header (32 bits, little endian); the header, JSON, filled with spaces
/// up to a multiple of 8: an array of {"name", "count", "type", "at"} and for texts "words": [at,
/// size]; then the columns, each at a multiple of 8 behind the header. "type" is u8, u16, u32, f32,
/// f64, or absent where no text comes twice. Words are UTF-8, ended by a NUL each.
class ColumnTable {
 public:
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  /// Six significant digits, as in the files; `none` where there is no value.
  void numbers(std::string_view name, std::span<const double> values);
  /// Whole numbers up to 2^32 - 1; what is beyond throws std::out_of_range.
  void counts(std::string_view name, std::span<const std::uint64_t> values);
  /// Small numbers with a meaning of their own: matrices of levels.
  void bytes(std::string_view name, std::span<const std::uint8_t> values);
  void texts(std::string_view name, std::span<const std::string_view> values);
  void texts(std::string_view name, std::span<const std::string> values);

  std::string encoded() const;

 private:
  /// Puts bytes behind the others and says where.
  std::size_t append(std::string_view bytes);
  void column(std::string_view name, std::size_t count, std::string_view type, std::size_t at,
              std::string_view more = {});

  std::string header_;
  std::string payload_;
};

}  // namespace plumbline::html
