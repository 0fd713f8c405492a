#include "tests/layering/type_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <regex>
#include <sstream>

namespace plumbline {

void TypeNames::add(std::string_view file, std::string_view text) {
  static const std::regex opens("namespace ([A-Za-z0-9_:]+) \\{");
  static const std::regex closes("\\}  // namespace.*");
  static const std::regex defines(
      "(struct|enum class|class|union|enum) ([A-Za-z0-9_]+)( \\{.*| : .*| final.*)?");

  std::vector<std::string> namespaces;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (std::regex_match(line, found, opens)) {
      namespaces.push_back(found[1]);
    } else if (std::regex_match(line, closes) && !namespaces.empty()) {
      namespaces.pop_back();
    } else if (std::regex_match(line, found, defines) && !namespaces.empty()) {
      places_[fmt::format("{}::{}", fmt::join(namespaces, "::"), found[2].str())].push_back(
          fmt::format("{}:{}", file, number));
    }
  }
}

std::vector<std::string> TypeNames::repeated() const {
  std::vector<std::string> lines;
  for (const auto& [name, places] : places_) {
    if (places.size() > 1) lines.push_back(fmt::format("{}: {}", name, fmt::join(places, ", ")));
  }
  return lines;
}

}  // namespace plumbline
