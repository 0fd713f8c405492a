#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "tests/unit/world/meeting.h"
#include "tests/unit/world/process.h"

namespace plumbline {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Follower, ALeaderThatIsKilledIsNamed) {
  Meeting meeting(2);
  Process killed([&] {
    Leader leader = meeting.gather();
    ::pause();
  });
  meeting.listener = Listener(Endpoint{"127.0.0.1", 0});
  Follower follower = meeting.join(1).get();
  killed.kill();
  EXPECT_THAT(complaint_of<RankLost>([&] { return follower.receive(soon()); }),
              StartsWith("rank 0 on n0 is lost: "));
  EXPECT_THROW(
      {
        while (true) follower.send("?", soon());
      },
      RankLost);
}

TEST(Follower, SaysWhyTheRanksDidNotComeTogetherAsTheLeaderDoes) {
  Meeting meeting(3);
  auto first = meeting.join(1);
  take_caller(meeting.listener).send(refusal_message("rank 2 of 3 did not come"), soon());
  EXPECT_EQ(failure_of(first), "rank 1 on n1 did not come together with rank 0 at " +
                                   to_string(meeting.rendezvous) + ": rank 2 of 3 did not come");
}

TEST(Follower, NobodyListens) {
  Place place = Meeting(2).place(1, 0.3);
  place.rendezvous.port = 1;
  auto follower = Meeting::join(place);
  EXPECT_EQ(failure_of(follower),
            "rank 1 on n1 did not come together with rank 0 at 127.0.0.1:1: 127.0.0.1:1 cannot be "
            "reached: Connection refused");
}

TEST(Follower, NoSuchHost) {
  Place place = Meeting(2).place(1, 0.3);
  place.rendezvous = {"no-such-host.invalid", 4000};
  auto follower = Meeting::join(place);
  EXPECT_THAT(failure_of(follower), HasSubstr("no-such-host.invalid:4000 cannot be reached: "));
}

TEST(Follower, AnAddressThatSwallowsWhatIsSent) {
  Place place = Meeting(2).place(1, 0.3);
  place.rendezvous = {"192.0.2.1", 4000};
  auto follower = Meeting::join(place);
  EXPECT_THAT(failure_of(follower), HasSubstr("192.0.2.1:4000 cannot be reached: "));
}

TEST(Follower, ALeaderThatTakesTheConnectionAndSaysNothing) {
  const Meeting meeting(2);  // the kernel takes it, and nobody gathers
  auto follower = Meeting::join(meeting.place(1, 0.3));
  EXPECT_THAT(failure_of(follower), EndsWith(": no answer within 2.3 s"));
}

TEST(Follower, SomebodyElseListens) {
  Meeting meeting(2);
  std::jthread ssh([&](const std::stop_token& stop) {
    std::optional<Listener::Connection> taken;
    while (!taken && !stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      taken = meeting.listener.accept();
    }
    if (!taken) return;
    ::send(taken->socket.descriptor(), "SSH-2.0-OpenSSH_9.2\r\n", 21, MSG_NOSIGNAL);
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  auto follower = meeting.join(1);
  EXPECT_THAT(failure_of(follower),
              HasSubstr("found \"SSH-2.0-OpenSSH_9.2..\", expected a message"));
}

}  // namespace
}  // namespace plumbline
