#pragma once

#include <string>
#include <vector>

namespace plumbline::efa {

/// An interface of the network that is up, with the address that a rail over it uses.
struct Interface {
  std::string name;
  std::string address;  ///< IPv4 where it has one, else an IPv6 address that is not link-local
  bool is_loopback = false;
};

/// By name; loopback interfaces last.
std::vector<Interface> interfaces();

/// Those named, in that order, or all that are no loopback; loopbacks if there is nothing else.
/// Throws std::invalid_argument for a name that is not there.
std::vector<Interface> choose_interfaces(const std::vector<Interface>& all,
                                         const std::vector<std::string>& names);

}  // namespace plumbline::efa
