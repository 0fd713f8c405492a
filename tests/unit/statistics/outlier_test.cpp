#include "reports/statistics/outlier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "reports/statistics/false_discovery.h"

namespace plumbline {
namespace {

constexpr CohortLevel example_level{.centre = 2, .sigma = 0.01, .members = 1000};

std::vector<double> around(double deficit, std::size_t count, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(example_level.centre + std::log1p(-deficit), 0.005);
  std::vector<double> values(count);
  for (double& value : values) value = noise(random);
  return values;
}

TEST(Cohort, LevelAndScaleDoNotSeeHowSlowTheSlowAre) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(2, 0.01);
  std::vector<double> values(2000);
  for (double& value : values) value = noise(random);
  for (std::size_t i = 0; i < 40; ++i) values[i] = 1.5;
  const CohortLevel before = cohort_level(values);
  for (std::size_t i = 0; i < 40; ++i) values[i] = -100;
  const CohortLevel after = cohort_level(values);
  EXPECT_NEAR(before.centre, 2, 0.002);
  EXPECT_NEAR(before.sigma, 0.01, 0.002);
  EXPECT_EQ(after.centre, before.centre);
  EXPECT_EQ(after.sigma, before.sigma);
}

TEST(Cohort, NoNoiseIsNotBelievedIn) {
  const std::vector<double> equal(100, 2);
  EXPECT_EQ(cohort_level(equal).sigma, outlier::least_sigma);
  EXPECT_EQ(cohort_level(equal, 0.01).sigma, 0.01);
  EXPECT_EQ(cohort_level({}).members, 0U);
}

TEST(Cohort, ToleranceIsLearnedWhereNoneIsKnown) {
  EXPECT_DOUBLE_EQ(learned_tolerance(example_level), 0.05);
  EXPECT_DOUBLE_EQ(learned_tolerance({.sigma = 0.001}), 0.03);
}

TEST(Outlier, TheScreenWantsBothFarAndMuch) {
  EXPECT_TRUE(is_candidate(2 + std::log1p(-0.05), example_level, 0.05));
  EXPECT_FALSE(is_candidate(2 + std::log1p(-0.02), example_level, 0.05)) << "z is -2";
  EXPECT_FALSE(is_candidate(2 + std::log1p(-0.035), example_level, 0.05))
      << "less than 0.75 of 5 %";
  EXPECT_FALSE(is_candidate(2.2, example_level, 0.05)) << "faster is no fault";
}

TEST(Outlier, FreshValuesDecide) {
  EXPECT_EQ(judge_fresh(around(0.2, 2), example_level, 0.05).decision,
            FreshDecision::measure_again);
  EXPECT_EQ(judge_fresh(around(0.2, 3), example_level, 0.05).decision, FreshDecision::fails);
  EXPECT_NEAR(judge_fresh(around(0.2, 3), example_level, 0.05).deficit, 0.2, 0.01);
  EXPECT_EQ(judge_fresh(around(0, 3), example_level, 0.05).decision, FreshDecision::clear);
  EXPECT_EQ(judge_fresh(around(0.05, 3), example_level, 0.05).decision,
            FreshDecision::measure_again);
  EXPECT_EQ(judge_fresh(around(0.05, 12), example_level, 0.05).decision, FreshDecision::undecided);
}

TEST(Outlier, TheOrderOfTheFreshValuesDoesNotMatter) {
  auto values = around(0.07, 6);
  const double before = judge_fresh(values, example_level, 0.05).p;
  std::swap(values[0], values[5]);
  std::swap(values[2], values[3]);
  EXPECT_EQ(judge_fresh(values, example_level, 0.05).p, before);
}

/// 5,000 nodes with 50 metrics of three kinds, in three cohorts that are 4 % apart; 1 % of the
/// nodes are 5 to 30 % slow in one to three metrics. Noise is Student's t with 5 degrees.
class OutlierFleet {
 public:
  explicit OutlierFleet(unsigned seed) : random_(seed) {}

  struct Result {
    std::size_t slow = 0;  ///< by 1 % more than is tolerated
    std::size_t found = 0;
    std::size_t clearly_slow = 0;  ///< by 1.5 % more
    std::size_t clearly_found = 0;
    std::size_t accused = 0;
    std::size_t measured_again = 0;
  };

  Result run() {
    std::vector<double> p;
    std::vector<std::size_t> node_of;
    Result result;
    draw_faults();
    for (std::size_t metric = 0; metric < metrics; ++metric) {
      const Noise noise = noise_of(metric);
      for (std::size_t cohort = 0; cohort < 3; ++cohort) {
        screen(metric, cohort, noise, p, node_of, result);
      }
    }
    const auto adjusted = benjamini_hochberg(p);
    std::set<std::size_t> rejected;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (adjusted[i] <= outlier::false_discoveries) rejected.insert(node_of[i]);
    }
    for (std::size_t node = 0; node < nodes; ++node) {
      double beyond = -1;
      for (std::size_t metric = 0; metric < metrics; ++metric) {
        beyond = std::max(beyond, deficit_[node][metric] - noise_of(metric).tolerance);
      }
      const bool is_slow = beyond >= 0.01;
      const bool is_healthy = beyond < -0.002;
      result.slow += is_slow ? 1U : 0U;
      result.found += is_slow && rejected.contains(node) ? 1U : 0U;
      const bool is_clearly_slow = beyond >= 0.015;
      result.clearly_slow += is_clearly_slow ? 1U : 0U;
      result.clearly_found += is_clearly_slow && rejected.contains(node) ? 1U : 0U;
      result.accused += is_healthy && rejected.contains(node) ? 1U : 0U;
    }
    return result;
  }

 private:
  static constexpr std::size_t nodes = 5000;
  static constexpr std::size_t metrics = 50;

  struct Noise {
    double between = 0, within = 0, tolerance = 0;
    bool skewed = false;
  };

  static Noise noise_of(std::size_t metric) {
    if (metric % 10 < 6) return {0.003, 0.003, 0.03, false};
    if (metric % 10 < 9) return {0.008, 0.010, 0.05, false};
    return {0.02, 0.005, 0.10, true};
  }

  static std::size_t cohort_of(std::size_t node) {
    return node % 20 < 17 ? 0 : node % 20 < 19 ? 1 : 2;
  }

  double t5() { return std::student_t_distribution<double>(5)(random_) / std::sqrt(5.0 / 3); }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }

  void draw_faults() {
    deficit_.assign(nodes, std::vector<double>(metrics, 0));
    for (auto& of_node : deficit_) {
      if (uniform(0, 1) >= 0.01) continue;
      const std::size_t count = 1 + random_() % 3;
      for (std::size_t i = 0; i < count; ++i) of_node[random_() % metrics] = uniform(0.05, 0.30);
    }
  }

  void screen(std::size_t metric, std::size_t cohort, const Noise& noise, std::vector<double>& p,
              std::vector<std::size_t>& node_of, Result& result) {
    std::vector<std::size_t> members;
    std::vector<double> own;  // what each device is, before the noise of a run
    std::vector<double> values;
    for (std::size_t node = 0; node < nodes; ++node) {
      if (cohort_of(node) != cohort) continue;
      double offset = noise.between * t5() - 0.04 * static_cast<double>(cohort);
      if (noise.skewed && offset < 0) offset *= 1.5;
      members.push_back(node);
      own.push_back(offset + std::log1p(-deficit_[node][metric]));
      values.push_back(own.back() + noise.within * t5());
    }
    const CohortLevel level = cohort_level(values);
    for (std::size_t i = 0; i < members.size(); ++i) {
      // What a device is by itself counts: it is as slow as that, whatever the cause.
      const double deficit = -std::expm1(own[i] - level.centre);
      deficit_[members[i]][metric] = std::max(deficit_[members[i]][metric], deficit);
      if (!is_candidate(values[i], level, noise.tolerance)) continue;
      std::vector<double> fresh;
      FreshVerdict verdict;
      for (const std::size_t look : outlier::looks) {
        while (fresh.size() < look) {
          fresh.push_back(own[i] + noise.within * t5());
          ++result.measured_again;
        }
        verdict = judge_fresh(fresh, level, noise.tolerance);
        if (verdict.decision != FreshDecision::measure_again) break;
      }
      p.push_back(verdict.p);
      node_of.push_back(members[i]);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::vector<double>> deficit_;
};

TEST(Outlier, AFleetOfKnownTruth) {
  OutlierFleet::Result all;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const auto one = OutlierFleet(seed).run();
    all.slow += one.slow;
    all.found += one.found;
    all.clearly_slow += one.clearly_slow;
    all.clearly_found += one.clearly_found;
    all.accused += one.accused;
    all.measured_again += one.measured_again;
  }
  EXPECT_GT(all.slow, 150U);
  EXPECT_GE(static_cast<double>(all.found), 0.95 * static_cast<double>(all.slow));
  EXPECT_GE(static_cast<double>(all.clearly_found), 0.99 * static_cast<double>(all.clearly_slow));
  EXPECT_LE(all.accused, 1U);
  EXPECT_LE(static_cast<double>(all.measured_again), 0.02 * 4 * 5000 * 50);
}

}  // namespace
}  // namespace plumbline
