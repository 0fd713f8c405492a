#include "suites/fleet/host_order.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "suites/fleet/byte_text.h"

namespace plumbline {

using nlohmann::json;

std::string to_line(const FleetOrder& order) {
  json orders = json::array();
  for (const HostOrder& one : order.orders) {
    json files = json::object();
    for (const auto& [name, bytes] : one.files) files[name] = text_of_bytes(bytes);
    orders.push_back({{"host", one.host},
                      {"address", one.address},
                      {"task", one.task},
                      {"command", one.command},
                      {"deadline", one.deadline.count()},
                      {"files", std::move(files)}});
  }
  return json{{"run", order.run}, {"orders", std::move(orders)}}.dump() + '\n';
}

FleetOrder read_order(const std::string& line) {
  try {
    const json whole = json::parse(line);
    FleetOrder order;
    order.run = whole.at("run");
    for (const json& one : whole.at("orders")) {
      HostOrder host;
      host.host = one.at("host");
      host.address = one.at("address");
      host.task = one.at("task");
      host.command = one.at("command");
      host.deadline = Seconds(one.at("deadline").get<double>());
      for (const auto& [name, text] : one.at("files").items()) {
        host.files[name] = bytes_of_text(text.get<std::string>());
      }
      if (host.command.empty()) throw std::runtime_error("an order has no command");
      order.orders.push_back(std::move(host));
    }
    return order;
  } catch (const json::exception& error) {
    throw std::runtime_error(fmt::format("found no order but \"{:.60}\" ({})", line, error.what()));
  }
}

}  // namespace plumbline
