#pragma once

#include <cstdint>
#include <string>

namespace plumbline {

/// A TCP address to ask, by number: no name is looked up.
struct HttpServer {
  std::string address;
  std::uint16_t port = 80;
  double timeout_s = 1;  ///< for the whole of a request
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

/// One HTTP/1.0 request over a connection of its own. `headers` are whole lines, each with its
/// "\r\n". Throws std::runtime_error when the server does not answer in time or answers no HTTP.
HttpResponse http_request(const HttpServer& server, const std::string& method,
                          const std::string& path, const std::string& headers);

}  // namespace plumbline
