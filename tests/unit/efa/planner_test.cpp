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

}  // namespace
}  // namespace plumbline::efa
