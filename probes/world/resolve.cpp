#include "probes/world/resolve.h"

#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <future>
#include <memory>
#include <thread>

#include "results/schema/number.h"

namespace plumbline {
namespace {

Resolved look_up(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status =
      ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &list);
  if (status != 0) return {{}, ::gai_strerror(status)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Resolved resolved;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    resolved.addresses.push_back(address);
  }
  return resolved;
}

/// An IPv4 address as such where a socket for both families wraps it.
SocketAddress unwrapped(const SocketAddress& address) {
  if (address.storage.ss_family != AF_INET6) return address;
  sockaddr_in6 wrapped{};
  std::memcpy(&wrapped, &address.storage, sizeof wrapped);
  if (!IN6_IS_ADDR_V4MAPPED(&wrapped.sin6_addr)) return address;
  sockaddr_in plain{.sin_family = AF_INET, .sin_port = wrapped.sin6_port};
  std::memcpy(&plain.sin_addr, &wrapped.sin6_addr.s6_addr[12], sizeof plain.sin_addr);
  SocketAddress unwrapped;
  std::memcpy(&unwrapped.storage, &plain, sizeof plain);
  unwrapped.size = sizeof plain;
  return unwrapped;
}

}  // namespace

Resolved resolve_digits(const Endpoint& endpoint) { return look_up(endpoint, AI_NUMERICHOST); }

Resolved resolve(const Endpoint& endpoint, Deadline deadline) {
  Resolved digits = resolve_digits(endpoint);
  if (!digits.addresses.empty()) return digits;
  std::promise<Resolved> promise;
  std::future<Resolved> answer = promise.get_future();
  std::thread([endpoint, promised = std::move(promise)]() mutable {
    promised.set_value(look_up(endpoint, 0));
  }).detach();
  if (answer.wait_until(deadline) != std::future_status::ready) {
    return {{}, "the resolver does not answer"};
  }
  return answer.get();
}

std::string to_string(const SocketAddress& any_address) {
  const SocketAddress address = unwrapped(any_address);
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (::getnameinfo(address.get(), address.size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "an unknown address";
  }
  const auto number = parse_integer(port);
  return to_string(Endpoint{host, static_cast<std::uint16_t>(number.value_or(0))});
}

}  // namespace plumbline
