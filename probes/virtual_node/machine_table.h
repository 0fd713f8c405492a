#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <toml.hpp>
#include <type_traits>
#include <utility>

namespace plumbline::virtual_node {

/// A table of the file, whose keys must all be asked for.
class Table {
 public:
  Table(const toml::value& value, std::filesystem::path file)
      : value_(value), file_(std::move(file)) {}

  /// Sets `target` if the key is there.
  template <class T>
  void read(const char* key, T& target) {
    const toml::value* found = find(key);
    if (found == nullptr) return;
    try {
      if constexpr (std::is_same_v<T, double>) {
        target = found->is_integer() ? static_cast<double>(found->as_integer())
                                     : toml::get<double>(*found);
      } else {
        target = toml::get<T>(*found);
      }
    } catch (const toml::type_error&) {
      throw wrong(*found, std::string(key) + " is of another type than expected");
    }
  }

  template <class T>
  T required(const char* key) {
    if (!value_.contains(key)) throw wrong(value_, std::string(key) + " is missing");
    T value{};
    read(key, value);
    return value;
  }

  bool has(const char* key) const { return value_.contains(key); }

  const toml::value* find(const char* key) {
    known_.insert(key);
    return value_.contains(key) ? &value_.at(key) : nullptr;
  }

  /// Throws if a key was not asked for.
  void done() const {
    for (const auto& [key, entry] : value_.as_table()) {
      if (!known_.contains(key)) throw wrong(entry, "unknown key " + key);
    }
  }

  std::runtime_error wrong(const toml::value& where, const std::string& what) const {
    return std::runtime_error(file_.string() + ':' + std::to_string(where.location().line()) +
                              ": " + what);
  }
  std::runtime_error wrong(const std::string& what) const { return wrong(value_, what); }

 private:
  const toml::value& value_;
  std::filesystem::path file_;
  std::set<std::string> known_;
};

/// Throws std::runtime_error that says where it is no TOML, or that it cannot be read.
inline toml::value parse_machine_file(const std::filesystem::path& file) {
  try {
    return toml::parse(file.string());
  } catch (const toml::syntax_error& error) {
    throw std::runtime_error(error.what());
  } catch (const std::runtime_error&) {
    throw std::runtime_error(file.string() + " cannot be read");
  }
}

/// The file that a machine's `base` names, if it has one: beside it or, for a link to a machine
/// file, beside the file itself. `depth` is how many files led here.
inline std::optional<std::filesystem::path> base_of(Table& table, const std::filesystem::path& file,
                                                    std::size_t depth) {
  constexpr std::size_t most_depth = 8;
  if (!table.has("base")) return std::nullopt;
  if (depth == most_depth) throw table.wrong("the bases go 8 deep: in a circle?");
  const auto folder = std::filesystem::canonical(file).parent_path();
  return folder / table.required<std::string>("base");
}

}  // namespace plumbline::virtual_node
