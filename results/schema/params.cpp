#include "results/schema/params.h"

#include <algorithm>

namespace plumbline {

std::string format_params(const Params& params) {
  std::string text;
  for (const auto& [key, value] : params) {
    if (!text.empty()) text += ';';
    text += key;
    text += '=';
    text += value;
  }
  return text;
}

std::optional<Params> parse_params(std::string_view text) {
  Params params;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const std::string_view value = pair.substr(equals + 1);
    if (value.find('=') != std::string_view::npos) return std::nullopt;
    if (!params.emplace(pair.substr(0, equals), value).second) return std::nullopt;
  }
  return params;
}

bool contains(const Params& whole, const Params& part) {
  return std::all_of(part.begin(), part.end(), [&](const auto& pair) {
    const auto found = whole.find(pair.first);
    return found != whole.end() && found->second == pair.second;
  });
}

}  // namespace plumbline
