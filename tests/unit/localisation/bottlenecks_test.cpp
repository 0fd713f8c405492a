#include "reports/localisation/bottlenecks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <stdexcept>

namespace plumbline::localisation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double path_sigma = 0.01;

struct Link {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double deviation = 0;
};

Paths paths_of(const std::vector<Link>& links) {
  Paths paths;
  for (const Link& link : links) paths.add(link.deviation, path_sigma, std::array{link.a, link.b});
  return paths;
}

std::vector<Bottleneck> find(const Paths& paths, std::size_t elements,
                             const PeelingRule& rule = {}) {
  return find_bottlenecks(paths, Crossings(paths, elements), std::vector<double>(elements, 4.6),
                          rule);
}

std::vector<std::uint32_t> elements_of(const std::vector<Bottleneck>& bottlenecks) {
  std::vector<std::uint32_t> elements;
  for (const Bottleneck& bottleneck : bottlenecks) elements.push_back(bottleneck.element);
  return elements;
}

/// A ring in which each node meets the `reach` next ones; each path is what its slower end is.
std::vector<Link> ring(const std::vector<double>& offsets, std::size_t reach) {
  std::vector<Link> links;
  const auto count = static_cast<std::uint32_t>(offsets.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t step = 1; step <= reach; ++step) {
      const std::uint32_t j = (i + step) % count;
      links.push_back({i, j, std::min(offsets[i], offsets[j])});
    }
  }
  return links;
}

TEST(Bottlenecks, NothingMeasuredNothingFound) {
  EXPECT_THAT(find(Paths(), 0), IsEmpty());
  EXPECT_THAT(find(Paths(), 5), IsEmpty());
}

TEST(Bottlenecks, HealthyPathsNeedNoExplanation) {
  EXPECT_THAT(find(paths_of(ring(std::vector<double>(10, 0), 2)), 10), IsEmpty());
  EXPECT_THAT(find(paths_of(ring(std::vector<double>(10, 0.3), 2)), 10), IsEmpty());
}

TEST(Bottlenecks, OneSlowElementExplainsAllItsPaths) {
  std::vector<double> offsets(10, 0);
  offsets[3] = -0.2;
  const auto found = find(paths_of(ring(offsets, 2)), 10);
  ASSERT_THAT(elements_of(found), ElementsAre(3));
  EXPECT_DOUBLE_EQ(found[0].offset, -0.2);
  EXPECT_DOUBLE_EQ(found[0].gain, 4 * 6 - 4.6);  // four paths of C each, less the prior odds
}

TEST(Bottlenecks, OneSlowPathConvictsNobody) {
  auto links = ring(std::vector<double>(10, 0), 2);
  links[4].deviation = -5;
  for (const Bottleneck& bottleneck : find(paths_of(links), 10)) {
    EXPECT_LT(bottleneck.gain, 4.6);
  }
}

TEST(Bottlenecks, TheSlowerOneIsSeenThroughTheOther) {
  std::vector<double> offsets(10, 0);
  offsets[3] = -0.1;
  offsets[4] = -0.3;  // the path between them is as slow as this
  const auto found = find(paths_of(ring(offsets, 2)), 10);
  ASSERT_THAT(elements_of(found), ElementsAre(3, 4));
  EXPECT_NEAR(found[0].offset, -0.1, 1e-12);
  EXPECT_NEAR(found[1].offset, -0.3, 1e-12);
}

TEST(Bottlenecks, WhatIsTooSmallIsNotLookedFor) {
  std::vector<double> offsets(10, 0);
  offsets[3] = -0.03;
  EXPECT_THAT(find(paths_of(ring(offsets, 2)), 10), IsEmpty());
  EXPECT_THAT(elements_of(find(paths_of(ring(offsets, 2)), 10, {.least_offset = 0.02})),
              ElementsAre(3));
}

TEST(Bottlenecks, ManyPathsOfOneElementAreFittedByTheirQuantiles) {
  Paths paths;
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, path_sigma);
  for (std::uint32_t other = 1; other <= 100; ++other) {
    paths.add(-0.2 + noise(random), path_sigma, std::array{std::uint32_t{0}, other});
  }
  const auto found = find(paths, 101);
  ASSERT_THAT(elements_of(found), ElementsAre(0));
  EXPECT_NEAR(found[0].offset, -0.2, 0.003);
}

// Where each healthy element has a clean path, the slow ones are found exactly.
TEST(Bottlenecks, WithoutNoiseTheSlowSetIsFound) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> offsets(60, 0);
    std::vector<std::uint32_t> slow;
    for (std::uint32_t i = 0; i < offsets.size(); ++i) {
      if (random() % 12 != 0) continue;
      slow.push_back(i);
      offsets[i] = -0.05 - 0.01 * static_cast<double>(random() % 30);
    }
    const auto links = ring(offsets, 4);
    const bool all_have_a_clean_path = [&] {
      std::vector<bool> clean(offsets.size(), false);
      for (const Link& link : links) {
        for (const auto& [own, other] : {std::pair(link.a, link.b), std::pair(link.b, link.a)}) {
          if (offsets[other] == 0) clean[own] = true;
        }
      }
      return std::ranges::all_of(clean, [](bool is) { return is; });
    }();
    if (all_have_a_clean_path) {
      EXPECT_EQ(elements_of(find(paths_of(links), 60)), slow) << "seed " << seed;
    }
  }
}

TEST(Bottlenecks, TheOrderOfThePathsDoesNotMatterBitForBit) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, path_sigma);
  std::vector<double> offsets(200, 0);
  for (std::size_t i = 0; i < offsets.size(); i += 23) offsets[i] = -0.12;
  auto links = ring(offsets, 3);
  for (Link& link : links) link.deviation += noise(random);
  const auto first = find(paths_of(links), 200);
  ASSERT_GE(first.size(), 9U);
  for (int i = 0; i < 10; ++i) {
    std::shuffle(links.begin(), links.end(), random);
    EXPECT_EQ(find(paths_of(links), 200), first);
  }
}

TEST(Bottlenecks, WhatNoPathTellsApartIsNamed) {
  const Paths paths = paths_of({{0, 1, -0.2}, {2, 3, 0}, {3, 4, 0}});
  const Crossings crossings(paths, 6);
  EXPECT_THAT(indistinguishable(0, paths, crossings), ElementsAre(1));
  EXPECT_THAT(indistinguishable(2, paths, crossings), IsEmpty());
  EXPECT_THAT(indistinguishable(5, paths, crossings), IsEmpty()) << "nobody measured it";
}

TEST(Bottlenecks, WhatIsNoMeasurementIsRefused) {
  Paths paths;
  const std::array elements = {std::uint32_t{0}};
  EXPECT_THROW(paths.add(NAN, path_sigma, elements), std::invalid_argument);
  EXPECT_THROW(paths.add(-INFINITY, path_sigma, elements), std::invalid_argument);
  EXPECT_THROW(paths.add(0, 0, elements), std::invalid_argument);
  EXPECT_EQ(paths.size(), 0U);
}

}  // namespace
}  // namespace plumbline::localisation
