#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "probes/world/deadline.h"
#include "probes/world/endpoint.h"
#include "probes/world/socket.h"

namespace plumbline {

/// No connection came about: says between whom and why.
class ConnectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where rank 0 takes connections. An address of this host is listened at alone; a name or another
/// address (of a service, of a gateway) stands for any address of this host, since a host may know
/// its own name as 127.0.1.1.
class Listener {
 public:
  /// Port 0: one of the kernel's choice. Throws ConnectionError.
  explicit Listener(const Endpoint& endpoint);

  std::uint16_t port() const;
  int descriptor() const { return socket_.descriptor(); }

  struct Connection {
    Socket socket;
    std::string from;  ///< "10.0.0.2:41234"
  };
  /// A connection that is there now, if one is. Throws ConnectionError when no more can be taken.
  std::optional<Connection> accept();

 private:
  Socket socket_;
};

/// Resolves and connects, again and again until the deadline: names appear and hosts begin to
/// listen in their own time. Throws ConnectionError with what happened last.
Socket connect_to(const Endpoint& endpoint, Deadline deadline);

}  // namespace plumbline
