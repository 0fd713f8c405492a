#include "reports/statistics/change_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "reports/statistics/median.h"

namespace plumbline {
namespace {

// Flow of the Nile at Aswan, 1871 to 1970 (R, datasets::Nile).
const std::vector<double> nile = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

TEST(ChangePoint, TheNile) {
  ASSERT_EQ(nile.size(), 100U);
  EXPECT_EQ(median(nile), 893.5);
  EXPECT_NEAR(1.4826 * median_absolute_deviation(nile), 179.3946, 5e-5);
  const auto change = date_change(nile);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->index, 28U) << "1899";
  EXPECT_NEAR(change->q, 4807.521, 5e-4);
  EXPECT_LE(change->first, 28U);
  EXPECT_GE(change->last, 28U);
}

TEST(ChangePoint, HowMuchTheNileFell) {
  const std::span<const double> all = nile;
  const auto shift = shift_between(all.subspan(28), all.first(28));
  ASSERT_TRUE(shift);
  EXPECT_EQ(shift->shift, 260);
  EXPECT_EQ(shift->low, 196);
  EXPECT_EQ(shift->high, 316);
}

TEST(ChangePoint, ReferenceValues) {
  EXPECT_NEAR(energy_distance(std::vector<double>{0, 0, 0, 1}, std::vector<double>{2, 3, 2}),
              5.142857, 5e-7);
  const std::vector<double> a = {10.1, 9.9, 10, 10.2, 9.8};
  const std::vector<double> b = {9.5, 9.6, 9.4, 9.7, 9.3};
  EXPECT_NEAR(shift_between(a, b)->shift, -0.5, 1e-12);
}

TEST(ChangePoint, IsWhereEverySplitIsComparedDirectly) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise;
    std::vector<double> series(40);
    for (std::size_t i = 0; i < series.size(); ++i) {
      series[i] = noise(random) + (i >= 10 + seed % 20 ? 1 : 0);
    }
    std::size_t best = 1;
    double best_q = -HUGE_VAL;
    for (std::size_t k = 1; k < series.size(); ++k) {
      const std::span<const double> all = series;
      const double q = energy_distance(all.first(k), all.subspan(k));
      if (q > best_q + 1e-9) {
        best_q = q;
        best = k;
      }
    }
    EXPECT_EQ(date_change(series)->index, best) << seed;
  }
}

TEST(ChangePoint, OfTooFewThereIsNone) {
  EXPECT_FALSE(date_change({}));
  EXPECT_FALSE(date_change(std::vector<double>{1}));
  EXPECT_EQ(date_change(std::vector<double>{1, 2})->index, 1U);
  EXPECT_FALSE(shift_between({}, nile));
}

}  // namespace
}  // namespace plumbline
