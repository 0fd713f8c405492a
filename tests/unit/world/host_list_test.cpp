#include "probes/world/host_list.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plumbline {
namespace {

struct HostListExample {
  const char* hostlist;
  const char* first;
};

TEST(FirstHost, Examples) {
  for (const HostListExample& example :
       {HostListExample{"n[1-4,07],m3", "n1"},
        {"n1", "n1"},
        {"m3,n[1-4]", "m3"},
        {"n[007-010]", "n007"},
        {"n[07,1-4]", "n07"},
        {"n[5]", "n5"},
        {"r[1-2]n[03,5]", "r1n03"},
        {"ip-10-0-[0-3]-7.ec2.internal,x", "ip-10-0-0-7.ec2.internal"},
        {"queue-st-p5-[1-16]", "queue-st-p5-1"}}) {
    EXPECT_EQ(first_host(example.hostlist), example.first) << example.hostlist;
  }
}

TEST(FirstHost, NoHosts) {
  for (const char* hostlist : {"", ",n1", "n[1-4", "n[", "n[]", "n[-3]", "n1]", "n 1"}) {
    EXPECT_THROW(first_host(hostlist), std::invalid_argument) << hostlist;
  }
}

}  // namespace
}  // namespace plumbline
