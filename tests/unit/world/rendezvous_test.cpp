#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/world/meeting.h"

namespace plumbline {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Rendezvous, AllCome) {
  Meeting meeting(3);
  auto second = meeting.join(2);
  auto first = meeting.join(1);
  Leader leader = meeting.gather();
  EXPECT_EQ(leader.size(), 3);
  EXPECT_EQ(leader.rank(0).host, "n0");
  EXPECT_EQ(leader.rank(1).host, "n1");
  EXPECT_EQ(leader.rank(2).host, "n2");
  EXPECT_THAT(differences(leader.participants()),
              ElementsAre("libfabric: 1.17.0 on n1 and n2; 2.1.0 on n0"));
  EXPECT_THAT(leader.refusals(), IsEmpty());
  Follower follower = second.get();
  EXPECT_EQ(follower.leader().host, "n0");
  EXPECT_EQ(follower.leader().facts, json({{"libfabric", "2.1.0"}}));
  leader.send(2, "start", soon());
  EXPECT_EQ(follower.receive(soon()), json("start"));
  follower.send("done", soon());
  const auto received = leader.receive(soon());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->rank, 2);
  EXPECT_EQ(received->message, json("done"));
  EXPECT_EQ(leader.receive(Deadline()), std::nullopt);
  EXPECT_EQ(follower.receive(Deadline()), std::nullopt);
}

/// A port of this host that is nobody else's and at which nobody listens.
class SilentPort {
 public:
  SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.descriptor(), raw, size) != 0 ||
        ::getsockname(socket_.descriptor(), raw, &size) != 0) {
      throw std::runtime_error("no port");
    }
    endpoint = {"127.0.0.1", ntohs(address.sin_port)};
  }
  Endpoint endpoint;

 private:
  Socket socket_;
};

TEST(Rendezvous, FollowersMayBeFirst) {
  const SilentPort port;
  Meeting meeting(2);
  meeting.rendezvous = port.endpoint;
  auto follower = meeting.join(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  meeting.listener = Listener(port.endpoint);
  EXPECT_EQ(meeting.gather().rank(1).host, "n1");
  EXPECT_EQ(follower.get().leader().host, "n0");
}

TEST(Rendezvous, WhoIsNotAnsweredCallsAgain) {
  Meeting meeting(2);
  auto follower = meeting.join(1);
  { const Channel closed = take_caller(meeting.listener); }  // as by an earlier task that ends
  EXPECT_EQ(meeting.gather().rank(1).host, "n1");
  EXPECT_EQ(follower.get().leader().host, "n0");
}

TEST(Rendezvous, OverIpv6) {
  std::optional<Meeting> meeting;
  try {
    meeting.emplace(2, "::1");
  } catch (const ConnectionError& error) {
    GTEST_SKIP() << error.what();
  }
  auto follower = meeting->join(1);
  EXPECT_EQ(meeting->gather().rank(1).host, "n1");
  EXPECT_EQ(follower.get().leader().host, "n0");
}

TEST(Rendezvous, ByName) {
  Meeting meeting(2, "localhost");
  auto follower = meeting.join(1);
  EXPECT_EQ(meeting.gather().rank(1).host, "n1");
  EXPECT_EQ(follower.get().leader().host, "n0");
}

TEST(Rendezvous, AnAddressThatIsNotThisHostsOwnStandsForAll) {
  Meeting meeting(2, "192.0.2.1");  // as that of a service in front of this host
  meeting.rendezvous.host = "127.0.0.1";
  auto follower = meeting.join(1);
  EXPECT_EQ(meeting.gather().rank(1).host, "n1");
  EXPECT_EQ(follower.get().leader().host, "n0");
}

TEST(Rendezvous, ManyRanks) {
  Meeting meeting(33);
  std::vector<std::future<Follower>> followers;
  for (int rank = 1; rank < meeting.size; ++rank) followers.push_back(meeting.join(rank));
  Leader leader = meeting.gather();
  for (auto& follower : followers) follower.get().send("here", soon());
  std::set<int> heard;
  while (heard.size() < followers.size()) {
    try {
      heard.insert(leader.receive(soon()).value().rank);
    } catch (const RankLost& lost) {
      EXPECT_TRUE(heard.contains(lost.rank()));  // it left after it had spoken
    }
  }
}

TEST(Rendezvous, FactsAreNoDuty) {
  Meeting meeting(2);
  auto follower = std::async(std::launch::async, [&, place = meeting.place(1)] {
    return Follower::join(place, {"n1", nullptr});
  });
  const Leader leader = Leader::gather(std::move(meeting.listener), meeting.place(0), {"n0"});
  EXPECT_EQ(leader.rank(1).facts, json::object());
  EXPECT_EQ(follower.get().leader().facts, json::object());
  EXPECT_THAT(differences(leader.participants()), IsEmpty());
}

TEST(Rendezvous, LargeMessagesOnceLetIn) {
  Meeting meeting(2);
  auto joined = meeting.join(1);
  Leader leader = meeting.gather();
  Follower follower = joined.get();
  const json large = std::string(2 * largest_greeting, 'x');
  auto echoed = std::async(
      std::launch::async, [&follower] { follower.send(follower.receive(soon()).value(), soon()); });
  leader.send(1, large, soon());
  EXPECT_EQ(leader.receive(soon()).value().message, large);
  echoed.get();
}

TEST(Leader, HearsItsRanksInTurns) {
  Meeting meeting(3);
  auto first = meeting.join(1);
  auto second = meeting.join(2);
  Leader leader = meeting.gather();
  Follower talker = first.get();
  Follower other = second.get();
  for (int i = 0; i < 100; ++i) talker.send(i, soon());
  other.send("a word", soon());
  std::set<int> heard;
  for (int i = 0; i < 2; ++i) heard.insert(leader.receive(soon()).value().rank);
  EXPECT_THAT(heard, ElementsAre(1, 2));
}

TEST(Leader, GoesOnWithoutALostRank) {
  Meeting meeting(3);
  auto first = meeting.join(1);
  auto second = meeting.join(2);
  Leader leader = meeting.gather();
  Follower other = second.get();
  {
    Follower last_words = first.get();
    last_words.send("last words", soon());
  }
  EXPECT_EQ(leader.receive(soon()).value().message, json("last words"));
  EXPECT_EQ(complaint_of<RankLost>([&] { return leader.receive(soon()); }),
            "rank 1 on n1 is lost: the other end closed the connection");
  EXPECT_TRUE(leader.is_lost(1));
  EXPECT_FALSE(leader.is_lost(2));
  EXPECT_EQ(leader.channels().size(), 1U);
  EXPECT_EQ(complaint_of<RankLost>([&] {
              leader.send(1, "?", soon());
              return 0;
            }),
            "rank 1 on n1 is lost: the other end closed the connection");
  EXPECT_EQ(leader.receive(Deadline()), std::nullopt);  // it is not said again
  other.send("still here", soon());
  EXPECT_EQ(leader.receive(soon()).value().rank, 2);
  { const Follower gone = std::move(other); }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(complaint_of<RankLost>([&] { return leader.receive(soon()); }),
                HasSubstr("rank 2 on n2 is lost"));
  }
}

TEST(Leader, AloneIsItsOwnOnlyRank) {
  const Leader leader(Participant{"n0"});
  EXPECT_EQ(leader.size(), 1);
  EXPECT_EQ(leader.rank(0).host, "n0");
  EXPECT_THAT(leader.channels(), IsEmpty());
}

}  // namespace
}  // namespace plumbline
