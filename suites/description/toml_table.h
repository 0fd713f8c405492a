#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <toml.hpp>
#include <vector>

/// Reading described things, suites and worlds, from TOML so that what is wrong in a file is said
/// with its line, what was found and what was expected. Everything here throws FileError.
namespace plumbline::toml_table {

using Value = toml::basic_value<toml::discard_comments, std::map, std::vector>;

/// The whole file; `what_it_is` is "a suite", for messages.
Value read_file(const std::filesystem::path& file, const std::string& what_it_is);

[[noreturn]] void refuse(const Value& at, const std::string& key, const std::string& what);

/// "found 7, expected a text in quotes"
[[noreturn]] void refuse_type(const Value& value, const std::string& key,
                              const std::string& expected);

/// `where` is "a step", for messages.
void refuse_unknown_keys(const Value& table, const std::vector<std::string>& known,
                         const std::string& where);

/// What is no plain name: a name becomes part of task ids, file names and commands.
void refuse_odd_name(const Value& table, const std::string& key, const std::string& name);

/// The value as it stands in the file, for messages.
std::string shown(const Value& value);

/// The value under `key`, null if there is none.
const Value* find(const Value& table, const std::string& key);

std::string text_of(const Value& value, const std::string& key);

/// A text under `key` that is not empty; `where` is "the suite", for messages.
std::string required_text(const Value& table, const std::string& key, const std::string& where);

}  // namespace plumbline::toml_table
