#include "probes/virtual_node/fair_share.h"

#include <gmock/gmock.h>

#include <limits>

namespace plumbline::virtual_node {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

std::vector<double> rates(std::vector<double> capacities, const std::vector<Loads>& flows) {
  std::vector<const Loads*> pointers;
  for (const Loads& loads : flows) pointers.push_back(&loads);
  return fair_rates(capacities, pointers);
}

TEST(FairShare, OneFlowGetsAll) {
  EXPECT_THAT(rates({100}, {{{0, 1}}}), ElementsAre(DoubleEq(100)));
}

TEST(FairShare, EqualFlowsShareEqually) {
  EXPECT_THAT(rates({100}, {{{0, 1}}, {{0, 1}}}), ElementsAre(DoubleEq(50), DoubleEq(50)));
}

TEST(FairShare, WhatASlowFlowLeavesGoesToTheOthers) {
  // The first also passes a link of 10, so the second has 90 of the shared 100.
  EXPECT_THAT(rates({100, 10}, {{{0, 1}, {1, 1}}, {{0, 1}}}),
              ElementsAre(DoubleEq(10), DoubleEq(90)));
}

TEST(FairShare, SharesWeigh) {
  // A copy within one memory reads and writes it: half the rate.
  EXPECT_THAT(rates({100}, {{{0, 2}}}), ElementsAre(DoubleEq(50)));
}

TEST(FairShare, TheParkingLot) {
  // One long flow over three links of 30, and a short one on each.
  EXPECT_THAT(rates({30, 30, 30}, {{{0, 1}, {1, 1}, {2, 1}}, {{0, 1}}, {{1, 1}}, {{2, 1}}}),
              ElementsAre(DoubleEq(15), DoubleEq(15), DoubleEq(15), DoubleEq(15)));
}

TEST(FairShare, ADeadLinkGivesNothing) {
  EXPECT_THAT(rates({0}, {{{0, 1}}}), ElementsAre(DoubleEq(0)));
}

TEST(FairShare, AFlowThatLoadsNothingIsUnbounded) {
  EXPECT_THAT(rates({100}, {{}}), ElementsAre(std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace plumbline::virtual_node
