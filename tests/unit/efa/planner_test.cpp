#include "probes/efa/planner.h"

#include <gmock/gmock.h>

namespace plumbline::efa {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

HostRails with(const std::vector<std::string>& names) {
  HostRails rails;
  for (const std::string& name : names) rails.rails.emplace_back().subject = name;
  return rails;
}

TEST(Partners, AreThoseInTheSamePlace) {
  EXPECT_THAT(partners(with({"rdmap79s0", "rdmap80s0"}), with({"rdmap80s0", "rdmap79s0"})),
              ElementsAre(Pair(0, 0), Pair(1, 1)));
}

TEST(Partners, OfAHostThatHasLostARailAreThoseOfTheSameName) {
  const HostRails whole = with({"rdmap79s0", "rdmap80s0", "rdmap81s0"});
  EXPECT_THAT(partners(whole, with({"rdmap79s0", "rdmap81s0"})),
              ElementsAre(Pair(0, 0), Pair(2, 1)));
  EXPECT_THAT(partners(with({"rdmap81s0"}), whole), ElementsAre(Pair(0, 2)));
  EXPECT_THAT(partners(with({"eth0"}), with({"enp1s0", "enp2s0"})), ElementsAre(Pair(0, 0)));
}

TEST(Groups, OfAFewMeetInEveryDistance) {
  EXPECT_THAT(shift_steps(2), ElementsAre(1));
  EXPECT_THAT(shift_steps(8), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(incast_targets(3), ElementsAre(0, 1, 2));
}

TEST(Groups, OfManyTakeAFewStepsAndTargets) {
  EXPECT_THAT(shift_steps(9), ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(shift_steps(2000), ElementsAre(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024));
  EXPECT_THAT(incast_targets(2000), ElementsAre(0, 250, 500, 750, 1000, 1250, 1500, 1750));
}

}  // namespace
}  // namespace plumbline::efa
