#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "tests/unit/world/meeting.h"
#include "tests/unit/world/process.h"

namespace plumbline {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Somebody who found the port of rank 0.
class Stranger {
 public:
  explicit Stranger(const Meeting& meeting) : socket_(connect_to(meeting.rendezvous, soon())) {}
  void say(std::string_view bytes) {
    ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// What it is told; throws ChannelClosed if nothing.
  json hear() { return Channel(std::move(socket_)).receive(soon()).value(); }

 private:
  Socket socket_;
};

TEST(Gather, NamesTheRanksThatDidNotCome) {
  Meeting meeting(9);
  Caller second(meeting.place(2));
  const std::string complaint = complaint_of<RendezvousError>([&] { return meeting.gather(0.2); });
  EXPECT_EQ(complaint, "ranks 1 and 3 to 8 of 9 did not come to " + to_string(meeting.rendezvous) +
                           " within 0.2 s");
  EXPECT_EQ(second.hear(), json({{"refused", complaint}}));
}

TEST(Gather, ASecondRankOfTheSameNumberIsRefused) {
  Meeting meeting(3);
  Caller first(meeting.place(1));
  Caller again(meeting.place(1));
  const std::string complaint = complaint_of<RendezvousError>([&] { return meeting.gather(0.2); });
  EXPECT_THAT(complaint,
              AllOf(StartsWith("rank 2 of 3 did not come"), HasSubstr("; refused: 127.0.0.1:"),
                    EndsWith("n1 says that it is rank 1, as n1 did before it")));
  EXPECT_EQ(first.hear(), json({{"refused", complaint}}));
  EXPECT_EQ(again.hear(), json({{"refused", "n1 says that it is rank 1, as n1 did before it"}}));
}

struct Misfit {
  const char* name;
  void (*change)(Place&);
  const char* refusal;
};
const Misfit misfits[] = {
    {"RankOutOfRange", [](Place& place) { place.rank = 3; },
     "n3 says that it is rank 3, expected 1 to 2"},
    {"AnotherRank0", [](Place& place) { place.rank = 0; },
     "n0 says that it is rank 0, expected 1 to 2"},
    {"AnotherNumberOfRanks", [](Place& place) { place.size = 4; },
     "rank 1 of n1 expects 4 ranks, but rank 0 expects 3"},
    {"AnotherToken", [](Place& place) { place.token = "t0kem"; }, "found another token"},
    {"LongerToken", [](Place& place) { place.token = "t0kent0ken"; }, "found another token"},
    {"NoToken", [](Place& place) { place.token = ""; }, "found another token"},
};

TEST(Gather, WhoDoesNotBelongIsRefusedAndDisturbsNobody) {
  for (const Misfit& misfit : misfits) {
    SCOPED_TRACE(misfit.name);
    Meeting meeting(3);
    Place place = meeting.place(1);
    misfit.change(place);
    auto gathered = std::async(std::launch::async, [&] { return meeting.gather(); });
    auto stray = Meeting::join(place);
    EXPECT_THAT(failure_of(stray), HasSubstr(misfit.refusal));
    auto first = meeting.join(1);
    auto second = meeting.join(2);
    const Leader leader = gathered.get();
    EXPECT_THAT(leader.refusals(), ElementsAre(HasSubstr(misfit.refusal)));
    EXPECT_EQ(first.get().leader().host, "n0");
    EXPECT_EQ(second.get().leader().host, "n0");
  }
}

TEST(Gather, ATokenIsWrongWhereThereIsNone) {
  Meeting meeting(2);
  Place leaders = meeting.place(0, 0.2);
  leaders.token = "";
  Caller stray(meeting.place(1));
  EXPECT_THAT(complaint_of<RendezvousError>(
                  [&] { return Leader::gather(std::move(meeting.listener), leaders, {"n0"}); }),
              EndsWith("found another token than that of this task"));
  EXPECT_EQ(stray.hear(), json({{"refused", "found another token than that of this task"}}));
}

TEST(Gather, StrangersAreRefusedAndDisturbNobody) {
  Meeting meeting(2);
  const std::string json_of_another_kind("\0\0\0\x0b{\"rank\": 1}", 15);
  Stranger browser(meeting);
  Stranger gone(meeting);
  Stranger silent(meeting);
  Stranger talker(meeting);
  Stranger stutterer(meeting);
  browser.say("GET / HTTP/1.1\r\nHost: n0\r\n\r\n");
  { const Stranger leaves = std::move(gone); }
  talker.say(json_of_another_kind);
  stutterer.say(std::string_view(json_of_another_kind).substr(0, 7));
  auto gathered = std::async(std::launch::async, [&] { return meeting.gather(); });
  EXPECT_EQ(talker.hear(),
            json({{"refused", "found no greeting of a rank, expected one with a token"}}));
  EXPECT_THROW(browser.hear(), ChannelError);
  auto first = meeting.join(1);  // while the silent one is still there
  const Leader leader = gathered.get();
  EXPECT_EQ(first.get().leader().host, "n0");
  EXPECT_THAT(leader.refusals(),
              ::testing::UnorderedElementsAre(HasSubstr("found \"GET / HTTP/1.1..Host: n0....\""),
                                              HasSubstr("the other end closed the connection"),
                                              HasSubstr("found no greeting of a rank")));
}

TEST(Gather, WhoSaysNothingIsSentAway) {
  Meeting meeting(2);
  Stranger silent(meeting);
  Stranger stutterer(meeting);
  stutterer.say({"\0\3", 2});  // the beginning of a long message
  std::jthread stutter([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stutterer.say(" ");
    }
  });
  auto gathered = std::async(std::launch::async, [&] { return meeting.gather(60, 0.1); });
  EXPECT_THROW(silent.hear(), ChannelClosed);
  stutter.request_stop();
  stutter.join();
  EXPECT_THROW(stutterer.hear(), ChannelClosed);
  auto first = meeting.join(1);
  EXPECT_THAT(gathered.get().refusals(),
              Contains(EndsWith("did not say who it is within 0.1 s")).Times(Ge(2U)));
  EXPECT_EQ(first.get().leader().host, "n0");
}

TEST(Gather, ManySilentStrangersDoNotKeepTheRanksOut) {
  Meeting meeting(2);
  std::vector<Stranger> strangers;
  for (int i = 0; i < 300; ++i) strangers.emplace_back(meeting);
  auto first = meeting.join(1);
  EXPECT_EQ(meeting.gather().rank(1).host, "n1");
  EXPECT_EQ(first.get().leader().host, "n0");
}

TEST(Gather, ARankThatIsKilledOnceItHasComeIsNamed) {
  Meeting meeting(4);
  auto [ours, its] = channel_pair();
  Process killed([&, &end = its] {
    const Caller third(meeting.place(3));
    end.send("has come", soon());
    ::pause();
  });
  Caller second(meeting.place(2));
  ASSERT_EQ(ours.receive(soon()), json("has come"));
  killed.kill();
  const std::string complaint = complaint_of<RankLost>([&] { return meeting.gather(); });
  EXPECT_EQ(complaint, "rank 3 on n3 is lost: the other end closed the connection");
  EXPECT_EQ(second.hear(), json({{"refused", complaint}}));
}

TEST(Gather, ARankThatSpeaksOutOfTurnIsNamed) {
  Meeting meeting(3);
  Caller first(meeting.place(1));
  first.say("now?");
  EXPECT_EQ(complaint_of<RankLost>([&] { return meeting.gather(); }),
            "rank 1 on n1 is lost: it speaks before all ranks have come");
}

TEST(Leader, ARankThatIsKilledIsNamed) {
  Meeting meeting(3);
  Process killed([&] {
    meeting.listener = Listener(Endpoint{"127.0.0.1", 0});
    Follower follower = Follower::join(meeting.place(1), Meeting::participant(1));
    follower.send("working", soon());
    ::pause();
  });
  auto second = meeting.join(2);
  Leader leader = meeting.gather();
  EXPECT_EQ(leader.receive(soon()).value().message, json("working"));
  killed.kill();
  EXPECT_THAT(complaint_of<RankLost>([&] { return leader.receive(soon()); }),
              StartsWith("rank 1 on n1 is lost: "));
  EXPECT_EQ(second.get().leader().host, "n0");
}

TEST(Listener, ThePortIsTaken) {
  const Meeting meeting(2);
  EXPECT_EQ(
      complaint_of<ConnectionError>([&] { return Listener(meeting.rendezvous); }),
      "rank 0 cannot listen at " + to_string(meeting.rendezvous) + ": Address already in use");
}

TEST(Listener, TakesNothingWhereNothingIs) {
  Meeting meeting(2);
  EXPECT_FALSE(meeting.listener.accept());
}

}  // namespace
}  // namespace plumbline
