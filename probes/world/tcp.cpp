#include "probes/world/tcp.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "probes/world/resolve.h"

namespace plumbline {
namespace {

constexpr double attempt_limit_s = 3;  // one retransmission of what opens a connection
constexpr auto first_pause = std::chrono::milliseconds(20);
constexpr auto longest_pause = std::chrono::milliseconds(500);

void set(const Socket& socket, int level, int option, int value) {
  ::setsockopt(socket.descriptor(), level, option, &value, sizeof value);
}

/// So that a host that has vanished is noticed within some twenty seconds, whether something is
/// under way to it or not, and so that small messages leave at once.
void watch(const Socket& socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 5);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 20'000);
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

/// Any address of this host, IPv6 and IPv4 at once.
SocketAddress any_address(std::uint16_t port, int family) {
  SocketAddress any;
  if (family == AF_INET6) {
    const sockaddr_in6 address{
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    std::memcpy(&any.storage, &address, sizeof address);
    any.size = sizeof address;
  } else {
    const sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
    std::memcpy(&any.storage, &address, sizeof address);
    any.size = sizeof address;
  }
  return any;
}

/// A socket that listens at `address`; errno says why there is none.
Socket listen_at(const SocketAddress& address) {
  Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return socket;
  set(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(socket.descriptor(), address.get(), address.size) != 0 ||
      ::listen(socket.descriptor(), SOMAXCONN) != 0) {
    const int error = errno;
    socket.close();
    errno = error;
  }
  return socket;
}

SocketAddress own_address(const Socket& socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  ::getsockname(socket.descriptor(), address.get(), &address.size);
  return address;
}

/// A client that calls a free port of its own host may be given that port and be connected to
/// itself, and then nobody else could listen there.
bool is_connected_to_itself(const Socket& socket) {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  ::getpeername(socket.descriptor(), peer.get(), &peer.size);
  const SocketAddress own = own_address(socket);
  return own.size == peer.size && std::memcmp(&own.storage, &peer.storage, own.size) == 0;
}

struct Attempt {
  Socket socket;
  std::string error;  ///< why there is none
};

Attempt connect_once(const SocketAddress& address, Deadline deadline) {
  const auto failed = [](const char* why) { return Attempt{Socket(), why}; };
  Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return failed(std::strerror(errno));
  if (::connect(socket.descriptor(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
    return failed(std::strerror(errno));
  }
  pollfd polled{socket.descriptor(), POLLOUT, 0};
  while (::poll(&polled, 1, poll_milliseconds(deadline)) <= 0) {
    if (has_passed(deadline)) return failed("no answer");
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return failed(std::strerror(error));
  if (is_connected_to_itself(socket)) return failed("nobody listens");
  watch(socket);
  return {std::move(socket), ""};
}

}  // namespace

Listener::Listener(const Endpoint& endpoint) {
  const Resolved digits = resolve_digits(endpoint);
  if (!digits.addresses.empty()) socket_ = listen_at(digits.addresses.front());
  if (digits.addresses.empty() || (!socket_.is_open() && errno == EADDRNOTAVAIL)) {
    socket_ = listen_at(any_address(endpoint.port, AF_INET6));
    if (!socket_.is_open() && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
      socket_ = listen_at(any_address(endpoint.port, AF_INET));
    }
  }
  if (!socket_.is_open()) {
    throw ConnectionError(fmt::format("rank 0 cannot listen at {}: {}",
                                      plumbline::to_string(endpoint), std::strerror(errno)));
  }
}

std::uint16_t Listener::port() const {
  const SocketAddress address = own_address(socket_);
  // In both families the port has the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(address.get())->sin_port);
}

std::optional<Listener::Connection> Listener::accept() {
  SocketAddress from;
  while (true) {
    from.size = sizeof from.storage;
    Socket socket(
        ::accept4(socket_.descriptor(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
      watch(socket);
      return Connection{std::move(socket), to_string(from)};
    }
    switch (errno) {
      case EAGAIN:
        return std::nullopt;
      case EBADF:
      case EINVAL:
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        throw ConnectionError(
            fmt::format("rank 0 can take no more connections: {}", std::strerror(errno)));
      default:
        break;  // that one failed before it was taken
    }
  }
}

Socket connect_to(const Endpoint& endpoint, Deadline deadline) {
  std::string last;
  for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
    const Resolved resolved = resolve(endpoint, deadline);
    if (resolved.addresses.empty()) last = resolved.error;
    for (const SocketAddress& address : resolved.addresses) {
      Attempt attempt = connect_once(address, std::min(deadline, deadline_in(attempt_limit_s)));
      if (attempt.socket.is_open()) return std::move(attempt.socket);
      const std::string where = to_string(address);
      last = where == plumbline::to_string(endpoint) ? attempt.error : where + ": " + attempt.error;
    }
    std::this_thread::sleep_until(std::min(deadline, std::chrono::steady_clock::now() + pause));
    if (has_passed(deadline)) {
      throw ConnectionError(
          fmt::format("{} cannot be reached: {}", plumbline::to_string(endpoint), last));
    }
  }
}

}  // namespace plumbline
