#include "probes/world/endpoint.h"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "results/schema/number.h"

namespace plumbline {

Endpoint parse_endpoint(std::string_view text) {
  const auto refuse = [&](std::string_view expected) {
    return std::invalid_argument(fmt::format("found \"{}\", expected {}", text, expected));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) throw refuse("HOST:PORT");
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    throw refuse("brackets around an IPv6 address: [ADDRESS]:PORT");
  }
  if (host.empty()) throw refuse("HOST:PORT");
  const auto port = parse_integer(text.substr(colon + 1));
  if (!port || *port == 0 || *port > std::numeric_limits<std::uint16_t>::max()) {
    throw refuse("a port of 1 to 65535 after the last colon");
  }
  return {std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string to_string(const Endpoint& endpoint) {
  return endpoint.host.find(':') == std::string::npos
             ? fmt::format("{}:{}", endpoint.host, endpoint.port)
             : fmt::format("[{}]:{}", endpoint.host, endpoint.port);
}

}  // namespace plumbline
