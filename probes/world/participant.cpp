#include "probes/world/participant.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace plumbline {
namespace {

struct Value {
  std::string text;
  std::size_t participants = 0;
  std::vector<std::string> hosts;  ///< each once
};

std::string text_of(const Participant& participant, const std::string& fact) {
  const auto found = participant.facts.find(fact);
  if (found == participant.facts.end() || found->is_null()) return "none";
  if (found->is_string()) return found->get<std::string>();
  return found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// "n0, n1 and n2", or "n0, n1, n2 and 61 others".
std::string list(const std::vector<std::string>& hosts) {
  constexpr std::size_t most_named = 4;
  const std::size_t named = hosts.size() <= most_named ? hosts.size() : most_named - 1;
  std::string text;
  for (std::size_t i = 0; i < named; ++i) {
    text += i == 0 ? "" : i + 1 == hosts.size() ? " and " : ", ";
    text += hosts[i];
  }
  if (named < hosts.size()) text += fmt::format(" and {} others", hosts.size() - named);
  return text;
}

std::vector<Value> values_of(std::span<const Participant> participants, const std::string& fact) {
  std::vector<Value> values;
  for (const Participant& participant : participants) {
    const std::string text = text_of(participant, fact);
    auto value = std::find_if(values.begin(), values.end(),
                              [&](const Value& known) { return known.text == text; });
    if (value == values.end()) value = values.insert(values.end(), Value{text});
    ++value->participants;
    if (std::find(value->hosts.begin(), value->hosts.end(), participant.host) ==
        value->hosts.end()) {
      value->hosts.push_back(participant.host);
    }
  }
  std::stable_sort(values.begin(), values.end(),
                   [](const Value& a, const Value& b) { return a.participants > b.participants; });
  return values;
}

}  // namespace

std::vector<std::string> differences(std::span<const Participant> participants) {
  std::set<std::string> facts;
  for (const Participant& participant : participants) {
    for (const auto& [name, value] : participant.facts.items()) facts.insert(name);
  }
  std::vector<std::string> sentences;
  for (const std::string& fact : facts) {
    const std::vector<Value> values = values_of(participants, fact);
    if (values.size() < 2) continue;
    std::string sentence = fact + ": ";
    for (const Value& value : values) {
      if (&value != &values.front()) sentence += "; ";
      sentence += fmt::format("{} on {}", value.text, list(value.hosts));
    }
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace plumbline
