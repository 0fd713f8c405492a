#include "probes/world/greeting.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace plumbline {
namespace {

using nlohmann::json;

/// Counts with each change of what ranks say to each other when they meet.
constexpr int protocol = 1;

/// How long it takes tells the length of `found` at most, not how much of it is right.
bool equal_in_constant_time(const std::string& found, const std::string& expected) {
  volatile unsigned difference = found.size() == expected.size() ? 0U : 1U;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    difference = difference | static_cast<unsigned char>(found[i] ^ other);
  }
  return difference == 0;
}

std::optional<std::string> text_in(const json& message, const char* name) {
  const auto found = message.find(name);
  if (found == message.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<int> number_in(const json& message, const char* name) {
  const auto found = message.find(name);
  if (found == message.end() || !found->is_number_integer()) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  if (value < 0 || value > 1'000'000'000) return std::nullopt;
  return static_cast<int>(value);
}

std::optional<Participant> participant_in(const json& message) {
  const auto host = text_in(message, "host");
  const json facts = message.value("facts", json());
  if (facts.is_null() && host) return Participant{*host};  // it tells none
  if (!facts.is_object() || !host) return std::nullopt;
  return Participant{*host, facts};
}

}  // namespace

json greeting_message(const Place& place, const Participant& own) {
  return {{"plumbline", protocol}, {"token", place.token}, {"rank", place.rank},
          {"size", place.size},    {"host", own.host},     {"facts", own.facts}};
}

Greeting read_greeting(const json& message, const Place& place) {
  const auto token = message.is_object() ? text_in(message, "token") : std::nullopt;
  if (!token) throw RendezvousError("found no greeting of a rank, expected one with a token");
  if (!equal_in_constant_time(*token, place.token)) {
    throw RendezvousError("found another token than that of this task");
  }
  const auto version = number_in(message, "plumbline");
  if (version != protocol) {
    throw RendezvousError(
        fmt::format("found protocol {} of plumbline, expected {}: the same plumbline on all hosts",
                    version ? std::to_string(*version) : "?", protocol));
  }
  const auto rank = number_in(message, "rank");
  const auto size = number_in(message, "size");
  const auto participant = participant_in(message);
  if (!rank || !size || !participant) {
    throw RendezvousError("found a greeting without rank, size, host or facts");
  }
  if (*size != place.size) {
    throw RendezvousError(fmt::format("rank {} of {} expects {} ranks, but rank 0 expects {}",
                                      *rank, participant->host, *size, place.size));
  }
  if (*rank < 1 || *rank >= place.size) {
    throw RendezvousError(fmt::format("{} says that it is rank {}, expected 1 to {}",
                                      participant->host, *rank, place.size - 1));
  }
  return {*rank, *participant};
}

json welcome_message(const Participant& own) {
  return {{"plumbline", protocol}, {"host", own.host}, {"facts", own.facts}};
}

json refusal_message(std::string_view why) { return {{"refused", std::string(why)}}; }

Participant read_answer(const json& message) {
  if (message.is_object()) {
    if (const auto refused = text_in(message, "refused")) throw RendezvousError(*refused);
    if (auto participant = participant_in(message)) return *std::move(participant);
  }
  throw RendezvousError("found no answer of a rank 0 of plumbline");
}

}  // namespace plumbline
