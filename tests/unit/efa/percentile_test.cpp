#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "probes/efa/bandwidth.h"
#include "probes/efa/latency.h"

namespace plumbline::efa {
namespace {

TEST(Percentile, OfAThousandAndOneInAnyOrder) {
  std::vector<double> values(1001);
  std::iota(values.rbegin(), values.rend(), 0);
  EXPECT_EQ(percentile(values, 0), 0);
  EXPECT_EQ(percentile(values, 0.5), 500);
  EXPECT_EQ(percentile(values, 0.999), 999);
  EXPECT_EQ(percentile(values, 1), 1000);
}

TEST(Percentile, OfNothingIsRefused) { EXPECT_THROW(percentile({}, 0.5), std::invalid_argument); }

TEST(Window, HoldsTwiceTheBandwidthDelayOfAFastRail) {
  for (const std::uint64_t bytes : {1ULL << 16, 1ULL << 20, 1ULL << 24, 1ULL << 30}) {
    EXPECT_GE(window_for(bytes) * bytes, 2 * 1'000'000U) << bytes;  // 400 Gb/s x 20 us
    EXPECT_GE(window_for(bytes), 2U);
  }
  EXPECT_EQ(window_for(8), 512U);
}

}  // namespace
}  // namespace plumbline::efa
