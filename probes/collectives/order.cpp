#include "probes/collectives/order.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace plumbline::collectives {
namespace {

/// How many values an enum has is said here, so that no other number becomes one.
template <class Enum>
Enum enum_in(const nlohmann::json& json, const char* name, Enum last) {
  const int value = json.at(name).get<int>();
  if (value < 0 || value > static_cast<int>(last)) {
    throw std::runtime_error(
        fmt::format("{}: found {}, expected 0 to {}", name, value, static_cast<int>(last)));
  }
  return static_cast<Enum>(value);
}

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string text_of(const nccl::UniqueId& id) {
  std::string text;
  for (const char byte : id.bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

nccl::UniqueId id_of(const std::string& text) {
  nccl::UniqueId id{};
  if (text.size() != 2 * sizeof id.bytes || text.find_first_not_of(digits) != std::string::npos) {
    throw std::runtime_error(
        fmt::format("a communicator's id: found {} characters, expected {} "
                    "hexadecimal digits",
                    text.size(), 2 * sizeof id.bytes));
  }
  for (std::size_t i = 0; i < sizeof id.bytes; ++i) {
    const auto high = digits.find(text[2 * i]), low = digits.find(text[2 * i + 1]);
    id.bytes[i] = static_cast<char>(high << 4 | low);
  }
  return id;
}

void to_json(nlohmann::json& json, const Order& order) {
  json = {{"kind", static_cast<int>(order.kind)},
          {"id", order.id},
          {"size", order.size},
          {"first", order.first},
          {"operation", static_cast<int>(order.task.operation)},
          {"bytes", order.task.bytes},
          {"in_place", order.task.in_place},
          {"registered", order.task.registered},
          {"rounds", order.rounds},
          {"diagnose", order.diagnose}};
}

void from_json(const nlohmann::json& json, Order& order) {
  order.kind = enum_in(json, "kind", Order::Kind::abandon);
  json.at("id").get_to(order.id);
  json.at("size").get_to(order.size);
  json.at("first").get_to(order.first);
  order.task.operation = enum_in(json, "operation", Operation::sendrecv);
  json.at("bytes").get_to(order.task.bytes);
  json.at("in_place").get_to(order.task.in_place);
  json.at("registered").get_to(order.task.registered);
  json.at("rounds").get_to(order.rounds);
  json.at("diagnose").get_to(order.diagnose);
}

void to_json(nlohmann::json& json, const Looked& looked) {
  json = {{"gpu", looked.gpu}, {"wrong", looked.wrong}, {"text", looked.text}};
}

void from_json(const nlohmann::json& json, Looked& looked) {
  json.at("gpu").get_to(looked.gpu);
  json.at("wrong").get_to(looked.wrong);
  json.at("text").get_to(looked.text);
}

void to_json(nlohmann::json& json, const Outcome& outcome) {
  json = {{"multicast_ranks", outcome.multicast_ranks},
          {"network", outcome.network},
          {"sets", outcome.sets},
          {"rounds_at_most", outcome.rounds_at_most},
          {"seconds", outcome.seconds},
          {"looked", outcome.looked},
          {"diagnosis", outcome.diagnosis},
          {"names_someone", outcome.names_someone}};
}

void from_json(const nlohmann::json& json, Outcome& outcome) {
  json.at("multicast_ranks").get_to(outcome.multicast_ranks);
  json.at("network").get_to(outcome.network);
  json.at("sets").get_to(outcome.sets);
  json.at("rounds_at_most").get_to(outcome.rounds_at_most);
  json.at("seconds").get_to(outcome.seconds);
  json.at("looked").get_to(outcome.looked);
  json.at("diagnosis").get_to(outcome.diagnosis);
  json.at("names_someone").get_to(outcome.names_someone);
}

void to_json(nlohmann::json& json, const Failure& failure) {
  json = {{"kind", static_cast<int>(failure.kind)}, {"text", failure.text}};
}

void from_json(const nlohmann::json& json, Failure& failure) {
  failure.kind = enum_in(json, "kind", Failure::Kind::lost);
  json.at("text").get_to(failure.text);
}

}  // namespace plumbline::collectives
