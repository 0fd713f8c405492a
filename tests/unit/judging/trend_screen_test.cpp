#include "reports/judging/trend_screen.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace plumbline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A fleet over many runs: heavy tails, sigma 1 %.
struct Past {
  std::uint32_t hosts = 50;
  std::uint32_t gpus = 8;
  std::uint32_t runs = 45;
  /// What series `gpu` of `host` lost by `run`, as a logarithm.
  std::function<double(std::uint32_t host, std::uint32_t gpu, std::uint32_t run)> lost =
      [](auto, auto, auto) { return 0.0; };
  std::function<std::uint32_t(std::uint32_t host, std::uint32_t run)> software = [](auto, auto) {
    return 0U;
  };

  /// So many fresh values in the last run, of the series that get some.
  std::function<std::uint32_t(std::uint32_t host, std::uint32_t gpu)> fresh = [](auto, auto) {
    return 0U;
  };

  std::vector<TrendValue> values(std::uint64_t seed = 1) const {
    std::mt19937_64 random(seed);
    std::student_t_distribution<double> t5(5);
    std::vector<TrendValue> all;
    for (std::uint32_t host = 0; host < hosts; ++host) {
      for (std::uint32_t gpu = 0; gpu < gpus; ++gpu) {
        const double level = 8 + 0.01 * t5(random);
        for (std::uint32_t run = 0; run < runs; ++run) {
          const std::uint32_t more = run + 1 == runs ? fresh(host, gpu) : 0;
          for (std::uint32_t attempt = 0; attempt <= more; ++attempt) {
            all.push_back({host * gpus + gpu, run, attempt, host, software(host, run),
                           level + lost(host, gpu, run) + 0.0077 * t5(random)});
          }
        }
      }
    }
    return all;
  }
};

std::vector<TrendAlarm> regressions(const ColumnTrend& trend) {
  std::vector<TrendAlarm> found;
  std::copy_if(trend.alarms.begin(), trend.alarms.end(), std::back_inserter(found),
               [](const TrendAlarm& alarm) { return alarm.is_regression; });
  return found;
}

Past with_slow_gpu(double share, std::uint32_t since, std::uint32_t until = 1000) {
  Past past;
  past.lost = [=](std::uint32_t host, std::uint32_t gpu, std::uint32_t run) {
    return host == 7 && gpu == 3 && run >= since && run < until ? std::log1p(-share) : 0.0;
  };
  return past;
}

constexpr std::uint32_t slow_series = 7 * 8 + 3;

TEST(TrendScreen, WhatStaysAsItWasIsNoRegression) {
  std::size_t asking = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const ColumnTrend trend = watch_column(Past().values(seed), 0.03);
    EXPECT_THAT(regressions(trend), IsEmpty());
    EXPECT_THAT(trend.events, IsEmpty());
    asking += trend.alarms.size();
  }
  EXPECT_LE(asking, 5 * 400 / 20) << "few are measured again";
}

TEST(TrendScreen, AStepAsksAndFreshRunsConfirmIt) {
  Past past = with_slow_gpu(0.05, 42);
  ColumnTrend trend = watch_column(past.values(), 0.03);
  const auto asks = [](const ColumnTrend& of) {
    return std::any_of(of.alarms.begin(), of.alarms.end(), [](const TrendAlarm& alarm) {
      return alarm.series == slow_series && !alarm.is_regression;
    });
  };
  EXPECT_TRUE(asks(trend));
  past.fresh = [](std::uint32_t host, std::uint32_t gpu) {
    return host == 7 && gpu == 3 ? 11U : 0U;
  };
  trend = watch_column(past.values(), 0.03);
  const auto found = regressions(trend);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].series, slow_series);
  EXPECT_NEAR(found[0].deficit, 0.05, 0.015);
  EXPECT_GE(found[0].changed, 41U);
  EXPECT_LE(found[0].changed, 43U);
  EXPECT_LE(found[0].first, 42U);
  EXPECT_GE(found[0].last, 42U);
  EXPECT_LE(found[0].low, std::log1p(-0.05));
  EXPECT_GE(found[0].high, std::log1p(-0.05));
  EXPECT_EQ(found[0].runs, 45U);
}

TEST(TrendScreen, LaterRunsAreFreshToo) {
  const auto found = regressions(watch_column(with_slow_gpu(0.07, 30).values(), 0.03));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].series, slow_series);
}

TEST(TrendScreen, FreshRunsThatAreFineClearIt) {
  Past past = with_slow_gpu(0.06, 42, 44);
  past.fresh = [](std::uint32_t, std::uint32_t) { return 5U; };
  const ColumnTrend trend = watch_column(past.values(), 0.03);
  for (const TrendAlarm& alarm : trend.alarms) EXPECT_NE(alarm.series, slow_series);
}

TEST(TrendScreen, WhatIsMendedIsNoLongerTold) {
  EXPECT_THAT(regressions(watch_column(with_slow_gpu(0.1, 22, 38).values(), 0.03)), IsEmpty());
  EXPECT_THAT(regressions(watch_column(with_slow_gpu(0.1, 22, 44).values(), 0.03)), SizeIs(1))
      << "one good run mends nothing";
}

TEST(TrendScreen, WhatGetsWorseOverMonthsIsTold) {
  Past past;
  past.hosts = 20;
  past.runs = 320;
  past.lost = [](std::uint32_t host, std::uint32_t gpu, std::uint32_t run) {
    return host == 7 && gpu == 3 && run >= 40 ? std::log1p(-0.06) * (run - 40) / 280 : 0.0;
  };
  const auto found = regressions(watch_column(past.values(), 0.03));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].series, slow_series);
  EXPECT_TRUE(found[0].is_slow);
  EXPECT_GT(found[0].deficit, 0.03);
}

TEST(TrendScreen, AKnownChangeBeginsAnew) {
  Past past = with_slow_gpu(0.1, 22);
  const auto with = [&](const std::vector<KnownStart>& known) {
    return watch_column(past.values(), 0.03, known).alarms;
  };
  const auto is_told = [](const std::vector<TrendAlarm>& alarms) {
    return std::any_of(alarms.begin(), alarms.end(), [](const TrendAlarm& alarm) {
      return alarm.series == slow_series && alarm.is_regression;
    });
  };
  EXPECT_TRUE(is_told(with({})));
  EXPECT_FALSE(is_told(with({{slow_series, 22}})));
  EXPECT_FALSE(is_told(with({{KnownStart::every_series, 22}})));
  EXPECT_TRUE(is_told(with({{slow_series - 1, 22}, {slow_series + 1, 22}}))) << "others";
  EXPECT_TRUE(is_told(with({{slow_series, 3}}))) << "was before";
  EXPECT_TRUE(is_told(with({{slow_series, 45}}))) << "is to come";

  // And worse again.
  past.runs = 64;
  past.lost = [](std::uint32_t host, std::uint32_t gpu, std::uint32_t run) {
    if (host != 7 || gpu != 3 || run < 22) return 0.0;
    return run < 50 ? std::log1p(-0.1) : std::log1p(-0.2);
  };
  const auto found = regressions({with({{slow_series, 22}}), {}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].since, 22U);
  EXPECT_EQ(found[0].runs, 42U);
  EXPECT_NEAR(found[0].deficit, 0.1 / 0.9, 0.015);
  EXPECT_NEAR(found[0].earlier_base.value() - found[0].base, -std::log1p(-0.1), 0.015);
}

TEST(TrendScreen, ADriverStepIsOneEventAndNobodysFault) {
  Past past = with_slow_gpu(0.07, 25);
  const auto slow = past.lost;
  past.lost = [=](std::uint32_t host, std::uint32_t gpu, std::uint32_t run) {
    return slow(host, gpu, run) + (run >= 30 ? std::log1p(-0.04) : 0.0);
  };
  past.software = [](std::uint32_t, std::uint32_t run) { return run >= 30 ? 5U : 2U; };
  const ColumnTrend trend = watch_column(past.values(), 0.03);
  ASSERT_THAT(trend.events, SizeIs(1));
  EXPECT_EQ(trend.events[0].run, 30U);
  EXPECT_EQ(trend.events[0].software_before, 2U);
  EXPECT_EQ(trend.events[0].software, 5U);
  EXPECT_NEAR(trend.events[0].shift, std::log1p(-0.04), 0.004);
  EXPECT_EQ(trend.events[0].hosts, 50U);
  const auto found = regressions(trend);
  ASSERT_THAT(found, SizeIs(1)) << "the slow one is seen through it";
  EXPECT_EQ(found[0].series, slow_series);
}

TEST(TrendScreen, AnUpdateInTwoHalves) {
  Past past;
  const auto since = [](std::uint32_t host) { return host < 25 ? 30U : 35U; };
  past.lost = [=](std::uint32_t host, std::uint32_t, std::uint32_t run) {
    return run >= since(host) ? std::log1p(-0.04) : 0.0;
  };
  past.software = [=](std::uint32_t host, std::uint32_t run) {
    return run >= since(host) ? 1U : 0U;
  };
  const ColumnTrend trend = watch_column(past.values(), 0.03);
  EXPECT_THAT(regressions(trend), IsEmpty());
  ASSERT_THAT(trend.events, SizeIs(2));
  EXPECT_EQ(trend.events[0].run, 30U);
  EXPECT_EQ(trend.events[0].hosts, 25U);
  EXPECT_EQ(trend.events[1].run, 35U);
}

TEST(TrendScreen, AFewHostsHaveNothingInCommon) {
  Past past;
  past.hosts = 3;
  past.gpus = 2;
  past.lost = [](std::uint32_t, std::uint32_t, std::uint32_t run) {
    return run >= 25 ? std::log1p(-0.07) : 0.0;
  };
  EXPECT_THAT(regressions(watch_column(past.values(), 0.03)), SizeIs(6));
  past.software = [](std::uint32_t, std::uint32_t run) { return run >= 25 ? 1U : 0U; };
  const ColumnTrend trend = watch_column(past.values(), 0.03);
  EXPECT_THAT(trend.alarms, IsEmpty()) << "other software begins anew";
  EXPECT_THAT(trend.events, IsEmpty());
}

TEST(TrendScreen, TooShortAPastSaysNothing) {
  Past past = with_slow_gpu(0.3, 10);
  past.runs = 18;
  EXPECT_THAT(watch_column(past.values(), 0.03).alarms, IsEmpty());
}

TEST(TrendScreen, WhatIsNotThereAnyMoreIsNotTold) {
  auto values = with_slow_gpu(0.1, 22).values();
  std::erase_if(values, [](const TrendValue& v) { return v.series == slow_series && v.run > 40; });
  EXPECT_THAT(regressions(watch_column(values, 0.03)), IsEmpty());
}

TEST(TrendScreen, TheOrderDoesNotMatter) {
  auto values = with_slow_gpu(0.07, 30).values();
  const auto before = regressions(watch_column(values, 0.03));
  std::mt19937_64 random(3);
  std::shuffle(values.begin(), values.end(), random);
  const auto after = regressions(watch_column(values, 0.03));
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(before[0].deficit, after[0].deficit);
  EXPECT_EQ(before[0].shift, after[0].shift);
  EXPECT_EQ(before[0].sigma, after[0].sigma);
}

TEST(TrendScreen, OfNothing) {
  EXPECT_THAT(watch_column({}, 0.03).alarms, IsEmpty());
  EXPECT_THAT(watch_column({{0, 0, 0, 0, 0, 1.0}}, 0.03).alarms, IsEmpty());
}

}  // namespace
}  // namespace plumbline
