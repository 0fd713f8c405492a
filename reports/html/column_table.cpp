#include "reports/html/column_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <unordered_map>

#include "reports/html/escape.h"

namespace plumbline::html {
namespace {

/// Little endian, as every browser runs.
template <class Number>
void put(std::string& out, Number value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
std::string packed(std::span<const std::uint64_t> values) {
  std::string out;
  out.reserve(values.size() * sizeof(Number));
  for (const std::uint64_t value : values) put(out, static_cast<Number>(value));
  return out;
}

struct Packed {
  std::string_view type;
  std::string bytes;
};

Packed narrowest(std::span<const std::uint64_t> values) {
  const std::uint64_t most = values.empty() ? 0 : *std::ranges::max_element(values);
  if (most <= std::numeric_limits<std::uint8_t>::max()) return {"u8", packed<std::uint8_t>(values)};
  if (most <= std::numeric_limits<std::uint16_t>::max()) {
    return {"u16", packed<std::uint16_t>(values)};
  }
  if (most <= std::numeric_limits<std::uint32_t>::max()) {
    return {"u32", packed<std::uint32_t>(values)};
  }
  throw std::out_of_range("a count of a page is beyond 32 bits");
}

/// Six significant digits survive in a float, but a large whole number is wanted as it is.
bool float_holds(double value) {
  if (!std::isfinite(value) || value == 0) return true;
  const double size = std::abs(value);
  constexpr double whole = 1 << 24;
  return size >= 1e-30 && size <= 1e30 && (size < whole || std::trunc(value) != value);
}

}  // namespace

std::size_t ColumnTable::append(std::string_view bytes) {
  payload_.resize((payload_.size() + 7) / 8 * 8, '\0');
  const std::size_t at = payload_.size();
  payload_ += bytes;
  return at;
}

void ColumnTable::column(std::string_view name, std::size_t count, std::string_view type,
                         std::size_t at, std::string_view more) {
  if (name.find_first_of("\"\\") != std::string_view::npos) {
    throw std::logic_error("not a name of a column: " + std::string(name));
  }
  header_ += header_.empty() ? "" : ",";
  header_ += "{\"name\":\"" + std::string(name) + "\",\"count\":" + std::to_string(count);
  if (!type.empty()) header_ += ",\"type\":\"" + std::string(type) + '"';
  header_ += ",\"at\":" + std::to_string(at) + std::string(more) + '}';
}

void ColumnTable::numbers(std::string_view name, std::span<const double> values) {
  const bool narrow = std::ranges::all_of(values, float_holds);
  std::string bytes;
  bytes.reserve(values.size() * (narrow ? sizeof(float) : sizeof(double)));
  for (const double value : values) {
    if (narrow) {
      put(bytes, static_cast<float>(value));
    } else {
      put(bytes, value);
    }
  }
  column(name, values.size(), narrow ? "f32" : "f64", append(bytes));
}

void ColumnTable::counts(std::string_view name, std::span<const std::uint64_t> values) {
  const Packed column_bytes = narrowest(values);
  column(name, values.size(), column_bytes.type, append(column_bytes.bytes));
}

void ColumnTable::bytes(std::string_view name, std::span<const std::uint8_t> values) {
  const std::string_view text(reinterpret_cast<const char*>(values.data()), values.size());
  column(name, values.size(), "u8", append(text));
}

void ColumnTable::texts(std::string_view name, std::span<const std::string_view> values) {
  std::unordered_map<std::string_view, std::uint64_t> known;
  std::vector<std::uint64_t> index;
  index.reserve(values.size());
  std::string words;
  for (const std::string_view value : values) {
    const auto [word, is_new] = known.emplace(value, known.size());
    if (is_new) {
      plain(value, words);
      words += '\0';
    }
    index.push_back(word->second);
  }
  const std::size_t words_at = append(words);
  const std::string where =
      ",\"words\":[" + std::to_string(words_at) + ',' + std::to_string(words.size()) + ']';
  if (known.size() == values.size()) {
    column(name, values.size(), "", 0, where);
    return;
  }
  const Packed column_bytes = narrowest(index);
  column(name, values.size(), column_bytes.type, append(column_bytes.bytes), where);
}

void ColumnTable::texts(std::string_view name, std::span<const std::string> values) {
  const std::vector<std::string_view> views(values.begin(), values.end());
  texts(name, std::span<const std::string_view>(views));
}

std::string ColumnTable::encoded() const {
  std::string header = '[' + header_ + ']';
  header.resize((header.size() + 4 + 7) / 8 * 8 - 4, ' ');
  std::string out;
  out.reserve(4 + header.size() + payload_.size());
  put(out, static_cast<std::uint32_t>(header.size()));
  return out + header + payload_;
}

}  // namespace plumbline::html
