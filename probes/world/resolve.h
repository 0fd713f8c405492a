#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "probes/world/deadline.h"
#include "probes/world/endpoint.h"

namespace plumbline {

/// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// What a name was found to be.
struct Resolved {
  std::vector<SocketAddress> addresses;
  std::string error;  ///< why there are none
};

/// An address in digits only: nobody is asked.
Resolved resolve_digits(const Endpoint& endpoint);

/// Asks the system's resolver, which knows no deadline, in a thread that is left to itself when it
/// takes too long.
Resolved resolve(const Endpoint& endpoint, Deadline deadline);

/// "10.0.0.2:41234"
std::string to_string(const SocketAddress& address);

}  // namespace plumbline
