#include "probes/gpu_compute/over_time.h"

#include <gmock/gmock.h>

namespace plumbline::gpu_compute {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

auto is(double value) { return Optional(DoubleNear(value, 1e-9)); }

TEST(OverTime, StepsAreMeansByTime) {
  const Stretch stretches[] = {{0, 0.5, 100}, {0.5, 1.5, 200}, {1.5, 10, 300}};
  const OverTime found = means_over_time(stretches, 10);
  EXPECT_EQ(found.step_s, 1);
  ASSERT_THAT(found.means, SizeIs(10));
  EXPECT_THAT(found.means[0], is(150));
  EXPECT_THAT(found.means[1], is(250));
  EXPECT_THAT(found.means[9], is(300));
}

TEST(OverTime, AreFewWhateverTheLength) {
  const Stretch day[] = {{0, 86400, 1}};
  const OverTime found = means_over_time(day, 86400);
  EXPECT_EQ(found.step_s, 1350);
  EXPECT_THAT(found.means, SizeIs(64));
  const Stretch minute[] = {{0, 60.1, 1}};
  EXPECT_EQ(means_over_time(minute, 60.1).step_s, 1);
  EXPECT_THAT(means_over_time(minute, 60.1).means, SizeIs(61));
  const Stretch longer[] = {{0, 65, 1}};
  EXPECT_EQ(means_over_time(longer, 65).step_s, 2);
}

TEST(OverTime, OfShortOnesAreFifthsOfASecond) {
  const Stretch stretches[] = {{0, 0.2, 1}, {0.2, 0.4, 2}, {0.4, 0.6, 3}};
  const OverTime found = means_over_time(stretches, 0.6);
  EXPECT_EQ(found.step_s, 0.2);
  EXPECT_THAT(found.means, ElementsAre(is(1), is(2), is(3)));
}

TEST(OverTime, WhatIsNotKnownHasNoValue) {
  const Stretch stretches[] = {{1.4, 3.4, 7}};
  EXPECT_THAT(means_over_time(stretches, 6).means,
              ElementsAre(std::nullopt, is(7), is(7), std::nullopt, std::nullopt, std::nullopt));
  EXPECT_THAT(means_over_time({}, 6).means, IsEmpty());
}

}  // namespace
}  // namespace plumbline::gpu_compute
