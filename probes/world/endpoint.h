#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline {

/// Where rank 0 listens: a name or an address, and a TCP port.
struct Endpoint {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "n1:20001", "10.0.0.1:20001" or "[fe80::1]:20001". Throws std::invalid_argument.
Endpoint parse_endpoint(std::string_view text);

std::string to_string(const Endpoint& endpoint);

}  // namespace plumbline
