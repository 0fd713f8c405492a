#include "probes/efa/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "tests/unit/efa/loopback.h"

namespace plumbline::efa {
namespace {

using testing::Each;
using testing::Gt;
using testing::SizeIs;

class Latency : public testing::TestWithParam<std::tuple<std::string, Operation>> {};

TEST_P(Latency, EveryRoundIsKept) {
  const Site site = loopback_site(std::get<0>(GetParam()));
  LocalCrew crew(this_program());
  for (const std::uint64_t bytes : {1U, 8U, 70000U}) {
    PingPongSettings settings;
    settings.operation = std::get<1>(GetParam());
    settings.bytes = bytes;
    settings.rounds = 50;
    settings.most_s = 60;
    settings.warm_up_s = 0.01;
    settings.stall_s = 60;
    const HalfRoundTrips trips = measure_latency(crew, site, site, settings, polite_ends());
    EXPECT_EQ(trips.fault, "") << bytes;
    EXPECT_THAT(trips.microseconds, SizeIs(50)) << bytes;
    EXPECT_THAT(trips.microseconds, Each(Gt(0.0))) << bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Providers, Latency,
                         testing::Combine(testing::ValuesIn(loopback_providers()),
                                          testing::Values(Operation::write, Operation::send)),
                         [](const auto& of) {
                           return std::get<0>(of.param) + "_" +
                                  operation_names[std::get<1>(of.param)];
                         });

}  // namespace
}  // namespace plumbline::efa
