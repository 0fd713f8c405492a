#include "probes/node/imds.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace plumbline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

/// Answers each request with what `answer` makes of it, on a port of its own, until it is
/// destroyed.
class Service {
 public:
  explicit Service(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, raw, &size) != 0) {
      throw std::runtime_error("no service");
    }
    endpoint.address = "127.0.0.1";
    endpoint.port = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~Service() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  ImdsEndpoint endpoint;

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int connection = ::accept(listener_, nullptr, nullptr);
      std::string request;
      std::array<char, 1024> buffer;
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        request.append(buffer.data(), static_cast<std::size_t>(count));
      }
      const std::string response = answer_(request);
      ::send(connection, response.data(), response.size(), MSG_NOSIGNAL);
      ::close(connection);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int listener_;
  std::jthread thread_;
};

std::string ok(const std::string& body) { return "HTTP/1.1 200 OK\r\n\r\n" + body; }

/// As the service of a p5: with version 2 only.
std::string p5(const std::string& request) {
  if (request.starts_with("PUT /latest/api/token")) {
    return request.find("X-aws-ec2-metadata-token-ttl-seconds: ") != std::string::npos
               ? ok("secret")
               : "HTTP/1.1 400 Bad Request\r\n\r\n";
  }
  if (request.find("X-aws-ec2-metadata-token: secret\r\n") == std::string::npos) {
    return "HTTP/1.1 401 Unauthorized\r\n\r\n";
  }
  if (request.starts_with("GET /latest/meta-data/instance-id ")) return ok("i-0123456789abcdef0");
  if (request.starts_with("GET /latest/meta-data/instance-type ")) return ok("p5.48xlarge");
  if (request.starts_with("GET /latest/meta-data/placement/availability-zone ")) {
    return ok("us-east-1a");
  }
  if (request.starts_with("GET /latest/meta-data/network/interfaces/macs/ ")) {
    return ok("0e:49:61:0f:c3:11/\n0e:49:61:0f:c3:12/");
  }
  return "HTTP/1.1 404 Not Found\r\n\r\n<html>";
}

TEST(Imds, SaysWhoThisInstanceIs) {
  const Service service(p5);
  const auto found = read_imds(service.endpoint);
  EXPECT_EQ(found.size(), 4U);  // what it does not know is left out
  EXPECT_THAT(found, Contains(Pair("instance_id", "i-0123456789abcdef0")));
  EXPECT_THAT(found, Contains(Pair("instance_type", "p5.48xlarge")));
  EXPECT_THAT(found, Contains(Pair("az", "us-east-1a")));
  EXPECT_THAT(found, Contains(Pair("network_interfaces", "2")));
}

std::string imds_complaint(const ImdsEndpoint& endpoint) {
  try {
    read_imds(endpoint);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(Imds, RefusedToken) {
  const Service service([](const std::string&) { return "HTTP/1.1 403 Forbidden\r\n\r\n"; });
  EXPECT_THAT(imds_complaint(service.endpoint), HasSubstr("answers 403"));
}

TEST(Imds, NoHttp) {
  const Service service([](const std::string&) { return "SSH-2.0-OpenSSH\r\n"; });
  EXPECT_THAT(imds_complaint(service.endpoint), HasSubstr("answers no HTTP"));
}

TEST(Imds, NobodyListens) {
  ImdsEndpoint endpoint;
  {
    const Service service(p5);
    endpoint = service.endpoint;
  }
  EXPECT_THAT(imds_complaint(endpoint), HasSubstr("cannot be reached: Connection refused"));
}

TEST(Imds, NoAnswerInTime) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener, raw, size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, raw, &size), 0);
  EXPECT_THAT(imds_complaint({"127.0.0.1", ntohs(address.sin_port), 0.1}),
              HasSubstr("did not answer within 0.1 s"));
  ::close(listener);
}

}  // namespace
}  // namespace plumbline
