#include "suites/simulation/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace plumbline::simulation {
namespace {

TEST(NormalQuantile, IsThatOfTheTables) {
  EXPECT_DOUBLE_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.995), 2.575829303548901, 1e-14);
  EXPECT_NEAR(normal_quantile(0.05), -1.644853626951472, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-6), -4.753424308822899, 1e-12);
  EXPECT_NEAR(normal_quantile(2.5e-9), -5.847172145, 1e-8);
}

/// Mean, standard deviation and the share beyond four of it.
struct Moments {
  double mean = 0, sd = 0, tail = 0;
};

Moments moments_of(std::uint64_t tails) {
  constexpr std::size_t count = 400'000;
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(Draw(5, Stream::samples, i).noise(tails));
  Moments m;
  for (const double v : values) m.mean += v / count;
  for (const double v : values) m.sd += (v - m.mean) * (v - m.mean) / count;
  m.sd = std::sqrt(m.sd);
  for (const double v : values) m.tail += std::abs(v) > 4 ? 1.0 / count : 0;
  return m;
}

TEST(Draw, IsNormal) {
  const Moments m = moments_of(0);
  EXPECT_NEAR(m.mean, 0, 0.01);
  EXPECT_NEAR(m.sd, 1, 0.01);
  EXPECT_NEAR(m.tail, 6.3e-5, 5e-5);
}

TEST(Draw, HasHeavyTailsOfTheSameDeviation) {
  const Moments m = moments_of(5);
  EXPECT_NEAR(m.mean, 0, 0.01);
  EXPECT_NEAR(m.sd, 1, 0.03);
  // t5 beyond 4 sqrt(5/3) on both sides: 2 * 0.00177 (scipy.stats.t.sf(5.1640, 5) = 0.001784).
  EXPECT_NEAR(m.tail, 3.57e-3, 5e-4);
}

TEST(Draw, FollowsFromWhatItIsForAlone) {
  EXPECT_EQ(Draw(1, Stream::samples, 2, 3, 4).uniform(),
            Draw(1, Stream::samples, 2, 3, 4).uniform());
  EXPECT_NE(Draw(1, Stream::samples, 2, 3, 4).uniform(),
            Draw(2, Stream::samples, 2, 3, 4).uniform());
  EXPECT_NE(Draw(1, Stream::samples, 2, 3, 4).uniform(), Draw(1, Stream::paths, 2, 3, 4).uniform());
  EXPECT_NE(Draw(1, Stream::samples, 2, 3, 4).uniform(),
            Draw(1, Stream::samples, 3, 2, 4).uniform());
}

TEST(Draw, StaysInItsRange) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double value = Draw(1, Stream::faults, i).in({0.1, 0.3});
    EXPECT_GT(value, 0.1);
    EXPECT_LT(value, 0.3);
  }
}

}  // namespace
}  // namespace plumbline::simulation
