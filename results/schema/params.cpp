#include "results/schema/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "results/schema/kept_values.h"
#include "results/schema/text_cell.h"

namespace plumbline {
namespace {

std::string spelling_of(const Params::Map& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    if (!text.empty()) text += ';';
    text += key;
    text += '=';
    text += value;
  }
  return text;
}

std::optional<Params::Map> pairs_of(std::string_view text) {
  Params::Map pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const std::string_view value = pair.substr(equals + 1);
    if (value.find('=') != std::string_view::npos) return std::nullopt;
    if (!pairs.emplace(pair.substr(0, equals), value).second) return std::nullopt;
  }
  return pairs;
}

}  // namespace

/// Made from a text that is format_params() of some.
struct KeptParams {
  explicit KeptParams(std::string_view spelling)
      : text(spelling), pairs(*pairs_of(spelling)), is_cell(stands_in_cell(spelling)) {}

  std::string text;
  Params::Map pairs;
  bool is_cell;
};

namespace {

const KeptParams& kept(const Params::Map& pairs) {
  const std::string text = spelling_of(pairs);
  const KeptParams* found = KeptValues<KeptParams>::find(text);
  if (found == nullptr && pairs_of(text) == pairs) found = &KeptValues<KeptParams>::of(text);
  if (found == nullptr || found->pairs != pairs) {
    throw std::logic_error(fmt::format(
        "the parameters \"{}\" have an empty key, or '=' or ';' in a key or a value", text));
  }
  return *found;
}

}  // namespace

Params::Params() {
  static const KeptParams* const none = &kept(Map());
  kept_ = none;
}

Params::Params(const Map& pairs) : kept_(&kept(pairs)) {}

void Params::set(std::string_view key, std::string_view value) {
  Map changed = pairs();
  changed.insert_or_assign(std::string(key), std::string(value));
  kept_ = &kept(changed);
}

void Params::add(const Params& other) {
  Map changed = pairs();
  changed.insert(other.begin(), other.end());
  kept_ = &kept(changed);
}

void Params::erase(std::string_view key) {
  if (!contains(key)) return;
  Map changed = pairs();
  changed.erase(changed.find(key));
  kept_ = &kept(changed);
}

const Params::Map& Params::pairs() const noexcept { return kept_->pairs; }

bool Params::is_cell() const noexcept { return kept_->is_cell; }

const std::string& format_params(const Params& params) { return params.kept_->text; }

std::optional<Params> parse_params(std::string_view text) {
  Params params;
  params.kept_ = KeptValues<KeptParams>::find(text);  // nearly always
  if (params.kept_ != nullptr) return params;
  const auto pairs = pairs_of(text);
  if (!pairs) return std::nullopt;
  return Params(*pairs);
}

bool contains(const Params& whole, const Params& part) {
  return whole == part || std::all_of(part.begin(), part.end(), [&](const auto& pair) {
           const auto found = whole.find(pair.first);
           return found != whole.end() && found->second == pair.second;
         });
}

}  // namespace plumbline
