#include "suites/description/toml_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "results/schema/file_error.h"
#include "suites/description/nearest_name.h"

namespace plumbline::toml_table {

namespace fs = std::filesystem;

void refuse(const Value& at, const std::string& key, const std::string& what) {
  const auto location = at.location();
  throw FileError(location.file_name(), location.line(), key, what);
}

std::string shown(const Value& value) {
  if (value.is_table()) return "a table";
  if (value.is_array()) return "an array";
  return toml::format(value, 1000);
}

void refuse_type(const Value& value, const std::string& key, const std::string& expected) {
  refuse(value, key, "found " + shown(value) + ", expected " + expected);
}

void refuse_unknown_keys(const Value& table, const std::vector<std::string>& known,
                         const std::string& where) {
  for (const auto& [key, value] : table.as_table()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    refuse(value, key,
           "unknown key of " + where + did_you_mean(key, known) +
               fmt::format(" (known: {})", fmt::join(known, ", ")));
  }
}

const Value* find(const Value& table, const std::string& key) {
  const auto& entries = table.as_table();
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : &found->second;
}

std::string text_of(const Value& value, const std::string& key) {
  if (!value.is_string()) refuse_type(value, key, "a text in quotes");
  return value.as_string().str;
}

std::string required_text(const Value& table, const std::string& key, const std::string& where) {
  const Value* value = find(table, key);
  if (value == nullptr) refuse(table, key, "is missing in " + where);
  const std::string text = text_of(*value, key);
  if (text.empty()) refuse(*value, key, "is empty");
  return text;
}

void refuse_odd_name(const Value& table, const std::string& key, const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  if (!plain || name.front() == '-') {
    refuse(*find(table, key), key,
           "found \"" + name + "\", expected letters, digits, '_' and '-' only");
  }
}

Value read_file(const fs::path& file, const std::string& what_it_is) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file)) {
    throw FileError(file.string(), 0, "", "cannot be read; expected " + what_it_is + " (TOML)");
  }
  try {
    return toml::parse<toml::discard_comments, std::map, std::vector>(stream, file.string());
  } catch (const toml::exception& error) {
    // "[error] toml::parse_table: REASON", or no reason there and "^--- REASON" below the line.
    const std::string what = error.what();
    const auto behind = [&](std::string_view mark) {
      const std::size_t at = what.find(mark);
      if (at == std::string::npos) return std::string();
      const std::size_t from = at + mark.size();
      return what.substr(from, what.find('\n', from) - from);
    };
    std::string reason = behind(": ");
    if (reason.empty()) reason = behind("^--- ") + "; a text stands in quotes";
    throw FileError(file.string(), error.location().line(), "", "is no TOML: " + reason);
  }
}

}  // namespace plumbline::toml_table
