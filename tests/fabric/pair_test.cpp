// Two hosts measure a rail between them, and one of them, or the way, fails.

#include <gmock/gmock.h>

#include <chrono>

#include "tests/fabric/fleet.h"

namespace plumbline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path probe = std::filesystem::path(PLUMBLINE_BIN) / "plumbline-probe-efa";

class FabricPair : public FabricFleet {
 protected:
  void SetUp() override {
    FabricFleet::SetUp();
    if (!std::filesystem::exists(probe)) {
      GTEST_SKIP() << "this build has no efa probe (Debian package libfabric-dev)";
    }
  }

  Running start_rank(int rank, const std::vector<std::string>& more = {}) {
    const std::string host = "n" + std::to_string(rank + 1);
    std::vector<std::string> words = {host,
                                      probe,
                                      "--ranks=2",
                                      "--rank=" + std::to_string(rank),
                                      "--host=" + host,
                                      "--out=" + rig().shared("out").string() + host,
                                      "--rails=rail0",
                                      "--sizes=65536",
                                      "--seconds=4",
                                      "--stall-limit=3",
                                      "--benchmark_filter=efa.(ranks|write)/"};
    words.insert(words.end(), more.begin(), more.end());
    const auto has = [&](const std::string& option) {
      return std::ranges::any_of(more, [&](const auto& word) { return word.starts_with(option); });
    };
    if (!has("--rendezvous")) words.emplace_back("--rendezvous=n1:20001");
    if (!has("--token")) words.emplace_back("--token=right");
    return rig().start("exec", words);
  }

  /// Until bytes go from n1 to n2 by that rail.
  void wait_for_the_stream() {
    ASSERT_TRUE(eventually([&] {
      const Said said =
          rig().say("exec", {"n2", "cat", "/sys/class/net/rail0/statistics/rx_bytes"});
      return std::stod("0" + said.output) > 1e6;
    })) << "nothing was sent";
  }

  /// The worker of n2 that receives.
  std::string worker() {
    const auto found = processes("n2", {"--rail-worker"});
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? "none" : found.front();
  }

  std::vector<Measurement> rows_of(const std::string& metric) {
    auto rows = read_all<Measurement>(rig().shared("outn1") / "measurements.csv");
    std::erase_if(rows, [&](const Measurement& row) { return row.metric != metric; });
    return rows;
  }

  /// The way from n1 to n2, which is measured first, and that back.
  void expect_failed_way_out_and_good_way_back(const ::testing::Matcher<std::string>& note) {
    const auto rows = rows_of("efa.write");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].outcome, Outcome::failed);
    EXPECT_THAT(rows[0].note, AllOf(HasSubstr("n1/rail0 > n2/rail0"), note));
    EXPECT_EQ(rows[1].outcome, Outcome::ok) << rows[1].note;
  }
};

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

TEST_F(FabricPair, AnIdleTarget) {
  const Running other = start_rank(1), first = start_rank(0);
  wait_for_the_stream();
  signal("n2", worker(), "STOP");
  EXPECT_EQ(first.wait(), 3) << first.output();
  other.wait();
  expect_failed_way_out_and_good_way_back(
      AllOf(HasSubstr("sender: nothing moved for 3.0 s"),
            HasSubstr("receiver: does not answer: its process hangs or was stopped")));
}

TEST_F(FabricPair, APeerThatIsKilled) {
  const Running other = start_rank(1), first = start_rank(0);
  wait_for_the_stream();
  signal("n2", worker(), "KILL");
  EXPECT_EQ(first.wait(), 3) << first.output();
  other.wait();
  expect_failed_way_out_and_good_way_back(
      HasSubstr("receiver: its process ended: killed by signal 9 (Killed)"));
}

TEST_F(FabricPair, ARankThatIsKilledIsLostForGood) {
  const Running other = start_rank(1), first = start_rank(0);
  wait_for_the_stream();
  const auto found = processes("n2", {"--rank=1"});
  ASSERT_EQ(found.size(), 1U);
  signal("n2", found.front(), "KILL");
  const Stopwatch since;
  EXPECT_EQ(first.wait(), 3) << first.output();
  EXPECT_LT(since.seconds(), 15);
  other.wait();
  const auto rows = rows_of("efa.write");
  ASSERT_EQ(rows.size(), 2U);
  for (const Measurement& row : rows) {
    EXPECT_EQ(row.outcome, Outcome::failed);
    EXPECT_THAT(row.note, AllOf(HasSubstr("n1/rail0"), HasSubstr("n2/rail0"), HasSubstr("rank 1")));
  }
}

TEST_F(FabricPair, ARailThatBecomesABlackHole) {
  const Running other = start_rank(1), first = start_rank(0);
  wait_for_the_stream();
  ASSERT_EQ(rig().say("cut", {"n2", "rail0"}).output, "");
  const Stopwatch since;
  EXPECT_EQ(first.wait(), 3) << first.output();
  EXPECT_LT(since.seconds(), 40) << "two paths, each given up after 3 s without movement";
  other.wait();
  const auto rows = rows_of("efa.write");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0].note, HasSubstr("n1/rail0 > n2/rail0"));
  EXPECT_THAT(rows[1].note, HasSubstr("n2/rail0 > n1/rail0"));
  for (const Measurement& row : rows) {
    EXPECT_EQ(row.outcome, Outcome::failed);
    EXPECT_THAT(row.note, HasSubstr("nothing moved for 3.0 s"));
  }
}

TEST_F(FabricPair, AHostThatVanishes) {
  const Running other = start_rank(1), first = start_rank(0);
  wait_for_the_stream();
  ASSERT_EQ(rig().say("vanish", {"n2"}).output, "");
  const Stopwatch since;
  EXPECT_EQ(first.wait(), 3) << first.output();
  EXPECT_LT(since.seconds(), 60);
  other.wait();
  for (const Measurement& row : rows_of("efa.write")) {
    EXPECT_EQ(row.outcome, Outcome::failed);
    EXPECT_THAT(row.note, AllOf(HasSubstr("n1/rail0"), HasSubstr("n2/rail0")));
  }
}

/// What both said when they did not come together, and in how many seconds.
struct NoMeeting {
  std::string first, other;
  double seconds = 0;
};

class FabricMeeting : public FabricPair {
 protected:
  NoMeeting fail_to_meet(std::vector<std::string> of_other) {
    const Stopwatch since;
    const Running first = start_rank(0, {"--gather-limit=4"});
    of_other.emplace_back("--gather-limit=4");
    const Running other = start_rank(1, of_other);
    EXPECT_EQ(first.wait(), 3) << first.output();
    EXPECT_NE(other.wait(), 0);
    const auto rows = rows_of("efa.ranks");
    EXPECT_EQ(rows.size(), 1U);
    return {rows.empty() ? "" : rows[0].note, other.output(), since.seconds()};
  }
};

TEST_F(FabricMeeting, AnAddressWhereNobodyListens) {
  const NoMeeting said = fail_to_meet({"--rendezvous=n4:20001"});
  EXPECT_THAT(said.first, HasSubstr("rank 1 of 2 did not come to n1:20001 within 4 s"));
  EXPECT_THAT(said.other, HasSubstr("n4:20001 cannot be reached: "));
  EXPECT_THAT(said.other, HasSubstr("Connection refused"));
  EXPECT_LT(said.seconds, 15);
}

TEST_F(FabricMeeting, AnAddressThatIsNobodys) {
  const NoMeeting said = fail_to_meet({"--rendezvous=10.49.0.77:20001"});
  EXPECT_THAT(said.other, HasSubstr("10.49.0.77:20001 cannot be reached: "));
  EXPECT_LT(said.seconds, 15);
}

TEST_F(FabricMeeting, ANameThatDoesNotResolve) {
  const NoMeeting said = fail_to_meet({"--rendezvous=n77:20001"});
  EXPECT_THAT(said.other, HasSubstr("n77:20001 cannot be reached: "));
  EXPECT_LT(said.seconds, 15);
}

TEST_F(FabricMeeting, AnotherToken) {
  const NoMeeting said = fail_to_meet({"--token=wrong"});
  EXPECT_THAT(said.first, AllOf(HasSubstr("rank 1 of 2 did not come to n1:20001 within 4 s"),
                                HasSubstr("refused: 10.49.0.3:"),
                                HasSubstr("found another token than that of this task")));
  EXPECT_THAT(said.other, HasSubstr("found another token than that of this task"));
  EXPECT_LT(said.seconds, 15);
}

}  // namespace
}  // namespace plumbline
