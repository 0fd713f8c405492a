#include "probes/nvlink/tournament.h"

#include <gmock/gmock.h>

#include <set>

namespace plumbline::nvlink {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Everyone meets everyone once, and in a round nobody twice.
void expect_complete(std::size_t players) {
  std::set<std::pair<std::size_t, std::size_t>> met;
  for (const Pairing& round : tournament(players)) {
    std::set<std::size_t> playing;
    for (const auto& pair : round) {
      EXPECT_LT(pair.first, pair.second);
      EXPECT_LT(pair.second, players);
      EXPECT_TRUE(playing.insert(pair.first).second && playing.insert(pair.second).second);
      EXPECT_TRUE(met.insert(pair).second) << pair.first << " and " << pair.second << " met before";
    }
  }
  EXPECT_THAT(met, SizeIs(players * (players - 1) / 2));
}

TEST(Tournament, EightPlayInSevenRoundsOfFourPairs) {
  const auto rounds = tournament(8);
  ASSERT_THAT(rounds, SizeIs(7));
  for (const Pairing& round : rounds) EXPECT_THAT(round, SizeIs(4));
  expect_complete(8);
}

TEST(Tournament, WithAnOddNumberOneRests) {
  const auto rounds = tournament(7);
  ASSERT_THAT(rounds, SizeIs(7));
  for (const Pairing& round : rounds) EXPECT_THAT(round, SizeIs(3));
  expect_complete(7);
}

TEST(Tournament, TwoMeetOnce) {
  EXPECT_THAT(tournament(2), SizeIs(1));
  expect_complete(2);
  expect_complete(4);
}

TEST(Tournament, AloneThereIsNobodyToMeet) {
  EXPECT_THAT(tournament(0), IsEmpty());
  for (const Pairing& round : tournament(1)) EXPECT_THAT(round, IsEmpty());
}

}  // namespace
}  // namespace plumbline::nvlink
