#include "probes/node/http_request.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "results/schema/number.h"

namespace plumbline {
namespace {

constexpr std::size_t largest_response = 1 << 20;

/// A connection with one deadline for everything that is done on it.
class Connection {
 public:
  explicit Connection(const HttpServer& server)
      : server_(server),
        deadline_(std::chrono::steady_clock::now() +
                  std::chrono::microseconds(static_cast<long>(server.timeout_s * 1e6))),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) fail("socket", errno);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port);
    if (::inet_pton(AF_INET, server.address.c_str(), &to.sin_addr) != 1) {
      fail("is no IPv4 address", 0);
    }
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS) {
      fail("cannot be reached", errno);
    }
    wait_for(POLLOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) fail("cannot be reached", error);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      wait_for(POLLOUT);
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        fail("closed the connection", errno);
      }
    }
  }

  std::string receive_all() {
    std::string text;
    std::array<char, 4096> buffer;
    while (text.size() < largest_response) {
      wait_for(POLLIN);
      const ssize_t received = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (received == 0) break;
      if (received > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(received));
      } else if (errno != EAGAIN && errno != EINTR) {
        fail("closed the connection", errno);
      }
    }
    return text;
  }

 private:
  void wait_for(short events) {
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline_ - std::chrono::steady_clock::now());
      pollfd poll_me{socket_, events, 0};
      const int ready =
          left.count() <= 0 ? 0 : ::poll(&poll_me, 1, static_cast<int>(left.count()) + 1);
      if (ready > 0) return;
      if (ready == 0) fail(fmt::format("did not answer within {} s", server_.timeout_s), 0);
      if (errno != EINTR) fail("poll", errno);
    }
  }

  [[noreturn]] void fail(const std::string& what, int error) {
    // The destructor of an object that was not made does not run.
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    throw std::runtime_error(
        fmt::format("{}:{} {}{}", server_.address, server_.port, what,
                    error != 0 ? std::string(": ") + std::strerror(error) : ""));
  }

  HttpServer server_;
  std::chrono::steady_clock::time_point deadline_;
  int socket_;
};

}  // namespace

HttpResponse http_request(const HttpServer& server, const std::string& method,
                          const std::string& path, const std::string& headers) {
  Connection connection(server);
  connection.send(fmt::format("{} {} HTTP/1.0\r\nHost: {}\r\n{}Content-Length: 0\r\n\r\n", method,
                              path, server.address, headers));
  const std::string text = connection.receive_all();
  const std::size_t body = text.find("\r\n\r\n");
  const std::size_t status = text.find(' ');
  if (!text.starts_with("HTTP/1.") || body == std::string::npos || status > body) {
    throw std::runtime_error(
        fmt::format("{}:{} answers no HTTP to {} {}", server.address, server.port, method, path));
  }
  const auto code = parse_integer(text.substr(status + 1, 3));
  return {static_cast<int>(code.value_or(0)), text.substr(body + 4)};
}

}  // namespace plumbline
