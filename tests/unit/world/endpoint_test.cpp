#include "probes/world/endpoint.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plumbline {
namespace {

TEST(Endpoint, ReadAndWritten) {
  EXPECT_EQ(parse_endpoint("n1:20001"), (Endpoint{"n1", 20001}));
  EXPECT_EQ(parse_endpoint("10.0.0.1:1"), (Endpoint{"10.0.0.1", 1}));
  EXPECT_EQ(parse_endpoint("[fe80::1%eth0]:65535"), (Endpoint{"fe80::1%eth0", 65535}));
  for (const char* text : {"n1:20001", "10.0.0.1:1", "[::1]:1"}) {
    EXPECT_EQ(to_string(parse_endpoint(text)), text);
  }
}

TEST(Endpoint, IsNone) {
  for (const char* text : {"", "n1", ":1", "n1:", "n1:x", "n1:-1", "n1:0", "n1:65536", "n1:1 ",
                           "::1:1", "[::1]", "[]:1", "[::1:1", "::1]:1"}) {
    EXPECT_THROW(parse_endpoint(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace plumbline
