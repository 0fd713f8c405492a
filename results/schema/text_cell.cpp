#include "results/schema/text_cell.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "results/schema/csv_file.h"
#include "results/schema/file_error.h"
#include "results/schema/number.h"

namespace plumbline {
namespace {

bool needs_guard(std::string_view text) {
  constexpr std::string_view guarded = "=+-@'";
  return !text.empty() && guarded.find(text.front()) != std::string_view::npos;
}

/// Eight characters at once: nearly all texts may stand in a cell as they are.
bool has_none_of_care(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t high_bits = ones << 7U;
  const auto has_less_than = [](std::uint64_t word, char c) {
    return ((word - ones * static_cast<unsigned char>(c)) & ~word & high_bits) != 0;
  };
  const auto has = [&](std::uint64_t word, char c) {
    return has_less_than(word ^ (ones * static_cast<unsigned char>(c)), 1);
  };
  while (!text.empty()) {
    std::uint64_t word = ones * ' ';
    const std::string_view now = text.substr(0, sizeof word);
    std::memcpy(&word, now.data(), now.size());
    if (has_less_than(word, ' ') || has(word, '"') || has(word, ',')) return false;
    text.remove_prefix(now.size());
  }
  return true;
}

std::string_view first_cell(std::string_view line) { return line.substr(0, line.find(',')); }

}  // namespace

bool stands_in_cell(std::string_view text) { return has_none_of_care(text) && !needs_guard(text); }

void append_text_cell(std::string_view text, std::string& line) {
  if (stands_in_cell(text)) {  // nearly all
    line += text;
    return;
  }
  const bool quoted = text.find_first_of(",\"") != std::string_view::npos;
  if (quoted) line += '"';
  if (needs_guard(text)) line += '\'';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  if (quoted) line += '"';
}

std::string_view unguarded(std::string_view cell) {
  if (!cell.empty() && cell.front() == '\'') cell.remove_prefix(1);
  return cell;
}

std::size_t whole_lines_size(const std::filesystem::path& file, std::string& torn_line) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream || std::filesystem::is_directory(file)) {
    throw FileError(file.string(), 0, "",
                    std::string("cannot be read: ") +
                        std::strerror(stream ? EISDIR : (errno != 0 ? errno : EIO)));
  }
  auto size = static_cast<std::size_t>(stream.tellg());
  torn_line.clear();
  while (size != 0) {
    stream.seekg(static_cast<std::streamoff>(size - 1));
    const int last = stream.get();
    if (last == '\n' || last == std::ifstream::traits_type::eof()) break;
    torn_line.insert(torn_line.begin(), static_cast<char>(last));
    --size;
  }
  return size;
}

void refuse_other_schema(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string header, row;
  std::getline(stream, header);
  std::getline(stream, row);
  const auto version = parse_integer(first_cell(row));
  if (first_cell(header) == "schema" && version && *version != schema_version) {
    throw FileError(file.string(), 2, "schema",
                    "this table is of schema " + std::to_string(*version) +
                        ", this plumbline reads schema " + std::to_string(schema_version) +
                        ": use the plumbline that wrote it, or measure again");
  }
}

}  // namespace plumbline
