#include "probes/world/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "tests/unit/world/meeting.h"

namespace plumbline {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Deadline now() { return std::chrono::steady_clock::now(); }

/// A channel and the bare socket at its other end.
struct Wire {
  explicit Wire(std::size_t largest = Channel::largest_message) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw std::runtime_error("no sockets");
    }
    bare = Socket(ends[0]);
    channel.emplace(ends[1], largest);
  }
  void write(std::string_view bytes) {
    ASSERT_EQ(::send(bare.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  Socket bare;
  std::optional<Channel> channel;
};

std::string frame(const std::string& text) {
  std::string bytes(4, '\0');
  bytes[2] = static_cast<char>(text.size() >> 8 & 0xff);
  bytes[3] = static_cast<char>(text.size() & 0xff);
  return bytes + text;
}

/// What receive() throws, which must be an `Error`.
template <class Error>
std::string complaint(Channel& channel) {
  try {
    const auto message = channel.receive(soon());
    return "no complaint, but " + (message ? message->dump() : "nothing");
  } catch (const Error& error) {
    return error.what();
  }
}

/// Few bytes fit between the two ends.
void narrow(const Channel& channel) {
  const int bytes = 4096;
  for (const int option : {SO_SNDBUF, SO_RCVBUF}) {
    ASSERT_EQ(::setsockopt(channel.descriptor(), SOL_SOCKET, option, &bytes, sizeof bytes), 0);
  }
}

TEST(Channel, MessagesArriveInOrder) {
  auto [a, b] = channel_pair();
  a.send({{"command", "start"}, {"bytes", 1048576}}, soon());
  a.send(json::array({1, 2.5, nullptr, "é"}), soon());
  b.send("and back", soon());
  EXPECT_EQ(b.receive(soon()), json({{"command", "start"}, {"bytes", 1048576}}));
  EXPECT_EQ(b.receive(soon()), json::array({1, 2.5, nullptr, "é"}));
  EXPECT_EQ(a.receive(soon()), json("and back"));
}

TEST(Channel, LengthIsBigEndian) {
  Wire wire;
  wire.channel->send(std::string(300, 'x'), soon());
  std::array<char, 400> bytes{};
  ASSERT_EQ(::recv(wire.bare.descriptor(), bytes.data(), bytes.size(), 0), 4 + 302);
  EXPECT_EQ(std::string_view(bytes.data(), 5), std::string_view("\0\0\x01\x2e\"", 5));
}

TEST(Channel, NothingThereAtTheDeadline) {
  auto [a, b] = channel_pair();
  EXPECT_EQ(a.receive(now()), std::nullopt);
  EXPECT_EQ(a.receive(deadline_in(0.01)), std::nullopt);
  b.send(1, soon());
  EXPECT_EQ(a.receive(now()), json(1));  // what is there is there, even after the deadline
}

TEST(Channel, TornFrameIsPutTogether) {
  Wire wire;
  for (const char byte : frame("{\"rank\":7}")) {
    EXPECT_EQ(wire.channel->receive(now()), std::nullopt);
    wire.write({&byte, 1});
  }
  EXPECT_EQ(wire.channel->receive(soon()), json({{"rank", 7}}));
}

TEST(Channel, FramesThatArriveTogetherAreTakenApart) {
  Wire wire;
  const std::string third = frame("3");
  wire.write(frame("1") + frame("[2]") + third.substr(0, 4));
  EXPECT_EQ(wire.channel->receive(soon()), json(1));
  EXPECT_EQ(wire.channel->receive(soon()), json::array({2}));
  EXPECT_EQ(wire.channel->receive(deadline_in(0.01)), std::nullopt);
  wire.write(third.substr(4));
  EXPECT_EQ(wire.channel->receive(soon()), json(3));
}

TEST(Channel, LengthAboveTheLimitIsRefused) {
  Wire wire(1000);
  wire.write(frame(std::string(1001, '1')));
  EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("at most 1000 bytes"));
  // and again: what follows cannot be trusted either
  EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("at most 1000 bytes"));
  EXPECT_THROW(wire.channel->send(1, soon()), ChannelError);
}

TEST(Channel, HttpIsNoMessage) {
  Wire wire;
  wire.write("GET / HTTP/1.1\r\nHost: n1\r\n\r\n");
  EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("found \"GET / HTTP/1.1..Host"));
}

TEST(Channel, BadJsonIsNoMessage) {
  for (const std::string text : {"{\"rank\":", "", "\xff\xfe", "1 2", "rank 1"}) {
    Wire wire;
    wire.write(frame(text) + frame("1"));
    EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("expected a message in JSON"))
        << text;
    EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("expected a message in JSON"));
  }
}

TEST(Channel, DeepMessagesAreRefused) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  Wire wire;
  wire.write(frame(nested(64)));
  EXPECT_TRUE(wire.channel->receive(soon())->is_array());
  const std::string brackets_in_text = "\"\\\"" + std::string(100, '[') + "\"";
  wire.write(frame(brackets_in_text));
  EXPECT_TRUE(wire.channel->receive(soon())->is_string());
  wire.write(frame(nested(65)));
  EXPECT_THAT(complaint<ChannelError>(*wire.channel), HasSubstr("at most 64 levels"));
}

TEST(Channel, EndOfTheStream) {
  auto [a, b] = channel_pair();
  b.send("last words", soon());
  { const Channel gone = std::move(b); }
  EXPECT_THROW(a.send("too late", soon()), ChannelClosed);
  EXPECT_EQ(a.receive(soon()), json("last words"));
  EXPECT_EQ(complaint<ChannelClosed>(a), "the other end closed the connection");
  EXPECT_EQ(complaint<ChannelClosed>(a), "the other end closed the connection");
}

TEST(Channel, EndInTheMiddleOfAMessage) {
  for (const std::size_t sent : {2u, 4u, 10u}) {
    Wire wire;
    wire.write(frame("{\"rank\":7}").substr(0, sent));
    wire.bare.close();
    EXPECT_EQ(complaint<ChannelClosed>(*wire.channel),
              "the other end closed the connection, after " + std::to_string(sent) +
                  " bytes of an unfinished message");
  }
}

TEST(Channel, WhoDoesNotReadIsGivenUp) {
  auto [a, b] = channel_pair();
  narrow(a);
  narrow(b);
  try {
    a.send(std::string(1 << 20, 'x'), deadline_in(0.05));
    FAIL() << "expected a complaint";
  } catch (const ChannelClosed&) {
    FAIL() << "the other end is there";
  } catch (const ChannelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("of 1048582 bytes of a message in time"));
  }
  EXPECT_THROW(a.send(1, soon()), ChannelError);  // half a message is under way
}

TEST(Channel, MessageTooLargeToSend) {
  Wire wire(1000);
  EXPECT_THROW(wire.channel->send(std::string(999, 'x'), soon()), std::length_error);
  wire.channel->send("small", soon());
  std::array<char, 100> bytes{};
  EXPECT_EQ(::recv(wire.bare.descriptor(), bytes.data(), bytes.size(), 0), 4 + 7);
  wire.channel->allow_messages_of(1001);
  wire.channel->send(std::string(999, 'x'), soon());
}

TEST(Channel, TextThatIsNoUtf8IsMended) {
  auto [a, b] = channel_pair();
  a.send("gp\xff", soon());
  EXPECT_EQ(b.receive(soon()), json("gp\xef\xbf\xbd"));
}

TEST(Channel, LargeMessagesCrossInBothDirectionsThroughSmallBuffers) {
  auto [a, b] = channel_pair();
  narrow(a);
  narrow(b);
  const json up = std::string(2 << 20, 'u');
  const json down = std::string(2 << 20, 'd');
  std::jthread other([&down, &up, &end = b] {
    end.send(down, soon());
    EXPECT_EQ(end.receive(soon()), up);
  });
  a.send(up, soon());
  EXPECT_EQ(a.receive(soon()), down);
}

TEST(WaitForAny, TellsOfWhatWasReadAlready) {
  auto [a, b] = channel_pair();
  auto [c, d] = channel_pair();
  const std::array<const Channel*, 2> ours{&a, &c};
  EXPECT_THAT(wait_for_any(ours, deadline_in(0.01)), IsEmpty());
  d.send(1, soon());
  EXPECT_THAT(wait_for_any(ours, soon()), ElementsAre(1));
  b.send(2, soon());
  b.send(3, soon());
  EXPECT_THAT(wait_for_any(ours, soon()), ElementsAre(0, 1));
  EXPECT_EQ(a.receive(soon()), json(2));
  EXPECT_TRUE(a.has_more());  // 3 came with 2
  EXPECT_EQ(c.receive(soon()), json(1));
  EXPECT_THAT(wait_for_any(ours, soon()), ElementsAre(0));
  EXPECT_EQ(a.receive(soon()), json(3));
  EXPECT_THAT(wait_for_any(ours, now()), IsEmpty());
  { const Channel gone = std::move(d); }
  EXPECT_THAT(wait_for_any(ours, soon()), ElementsAre(1));
  EXPECT_THROW(c.receive(soon()), ChannelClosed);
  EXPECT_THAT(wait_for_any(ours, soon()), ElementsAre(1));
}

}  // namespace
}  // namespace plumbline
