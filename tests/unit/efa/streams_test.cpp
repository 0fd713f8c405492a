#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <tuple>

#include "probes/efa/bandwidth.h"
#include "tests/unit/efa/loopback.h"

namespace plumbline::efa {
namespace {

using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::Not;

void expect_good(const FlowResult& result) {
  EXPECT_EQ(result.fault, "");
  EXPECT_THAT(result.gb_per_s, Not(IsEmpty()));
  EXPECT_THAT(result.gb_per_s, Each(Gt(0.0)));
}

class Streams : public testing::TestWithParam<std::tuple<std::string, Operation>> {
 protected:
  std::vector<FlowResult> run(const Layout& layout, std::uint64_t bytes) {
    return run_streams(crew_, layout, short_streams(std::get<1>(GetParam()), bytes), polite_ends());
  }

  LocalCrew crew_{this_program()};
  Site site_ = loopback_site(std::get<0>(GetParam()));
};

TEST_P(Streams, OfEverySizeArriveWhole) {
  for (const std::uint64_t bytes : {1U, 8U, 4000U, 65536U, 3U << 20}) {
    SCOPED_TRACE(bytes);
    expect_good(run(one_way(site_, site_), bytes).front());
  }
}

TEST_P(Streams, BothWaysAtOnce) {
  for (const FlowResult& result : run(both_ways(site_, site_), 65536)) expect_good(result);
}

TEST_P(Streams, SideBySide) {
  const Layout pair = one_way(site_, site_);
  const auto results = run(side_by_side({pair, pair, pair}), 65536);
  ASSERT_EQ(results.size(), 3U);
  for (const FlowResult& result : results) expect_good(result);
}

TEST_P(Streams, ThreeIntoOne) {
  if (std::get<1>(GetParam()) == Operation::read) GTEST_SKIP() << "nothing meets at one end";
  const auto results = run(all_into({site_, site_, site_}, site_), 65536);
  ASSERT_EQ(results.size(), 3U);
  double shares = 0;
  for (const FlowResult& result : results) {
    EXPECT_EQ(result.fault, "");
    EXPECT_THAT(result.gb_per_s, Not(IsEmpty()));
    shares += result.share;
  }
  if (std::get<1>(GetParam()) == Operation::write) {
    EXPECT_NEAR(shares, 1, 1e-9);
  }
}

TEST_P(Streams, ThroughOneBuffer) {
  StreamSettings settings = short_streams(std::get<1>(GetParam()), 65536);
  settings.working_set = 0;
  settings.window = 3;
  expect_good(run_streams(crew_, one_way(site_, site_), settings, polite_ends()).front());
}

INSTANTIATE_TEST_SUITE_P(Providers, Streams,
                         testing::Combine(testing::ValuesIn(loopback_providers()),
                                          testing::Values(Operation::write, Operation::read,
                                                          Operation::send)),
                         [](const auto& of) {
                           return std::get<0>(of.param) + "_" +
                                  operation_names[std::get<1>(of.param)];
                         });

}  // namespace
}  // namespace plumbline::efa
