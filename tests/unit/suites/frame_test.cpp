#include "suites/fleet/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/fleet/byte_text.h"
#include "suites/fleet/host_order.h"
#include "suites/fleet/reach.h"
#include "suites/launch/local.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;

std::string all_bytes() {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  return bytes;
}

TEST(ByteText, EveryByteComesBack) {
  EXPECT_EQ(bytes_of_text(text_of_bytes(all_bytes())), all_bytes());
  EXPECT_EQ(text_of_bytes("plain, with \"quotes\""), "plain, with \"quotes\"");
  EXPECT_EQ(text_of_bytes("\xe9"), "\xc3\xa9");
}

TEST(ByteText, OtherCharactersAreRefused) {
  for (const char* text : {"\xe2\x82\xac", "\xc3", "\xc3(", "\xc4\x80"}) {
    EXPECT_THROW(bytes_of_text(text), std::runtime_error) << text;
  }
}

TEST(Frame, ComesBackAsItWas) {
  Frame frame{.kind = Frame::Kind::bytes,
              .host = "n1",
              .task = "nodes",
              .file = "runs/a/measurements.csv",
              .offset = 123456789012,
              .bytes = all_bytes()};
  const std::string line = to_line(frame);
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
  const auto back = read_frame(std::string_view(line).substr(0, line.size() - 1));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->kind, Frame::Kind::bytes);
  EXPECT_EQ(back->host, "n1");
  EXPECT_EQ(back->task, "nodes");
  EXPECT_EQ(back->file, frame.file);
  EXPECT_EQ(back->offset, frame.offset);
  EXPECT_EQ(back->bytes, frame.bytes);
}

TEST(Frame, TellsHowAProgramEnded) {
  Frame frame{.kind = Frame::Kind::ended, .host = "n1", .task = "nodes"};
  frame.end = {.status = ExitStatus{3, 0},
               .stopped = Stopped::at_deadline,
               .killed = true,
               .elapsed = Seconds{1.5},
               .left_behind = 2,
               .unkillable = {7}};
  const auto back = read_frame(to_line(frame));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->end.status, frame.end.status);
  EXPECT_EQ(back->end.stopped, Stopped::at_deadline);
  EXPECT_TRUE(back->end.killed);
  EXPECT_EQ(back->end.elapsed, Seconds{1.5});
  EXPECT_EQ(back->end.left_behind, 2U);
  EXPECT_THAT(back->end.unkillable, ElementsAre(7));
  frame.end.status.reset();
  EXPECT_FALSE(read_frame(to_line(frame))->end.status);
}

TEST(Frame, OtherLinesAreNone) {
  const std::string line = to_line(Frame{.kind = Frame::Kind::began, .host = "n", .task = "t"});
  for (const std::string& other :
       {std::string(), std::string("Welcome to n1"), line.substr(0, line.size() / 2),
        line.substr(1), std::string("\x1e{}"), std::string("\x1e{\"kind\":\"other\"}"),
        "srun: " + line}) {
    EXPECT_FALSE(read_frame(other)) << other;
  }
}

TEST(FleetOrder, ComesBackAsItWas) {
  const FleetOrder order{"run-1",
                         {{"n1",
                           "10.0.0.1",
                           "nodes",
                           {"plumbline", "run", "{folder}/s.toml"},
                           Seconds{600},
                           {{"s.toml", all_bytes()}}},
                          {"n2", "", "nodes", {"plumbline"}, Seconds{0.5}, {}}}};
  EXPECT_EQ(read_order(to_line(order)), order);
}

TEST(FleetOrder, OtherLinesAreRefused) {
  for (const char* line : {"", "GET / HTTP/1.1", "{}", R"({"run":"r","orders":[{"host":"n"}]})",
                           R"({"run":"r","orders":[{"host":"n","address":"","task":"t",)"
                           R"("command":[],"deadline":1,"files":{}}]})"}) {
    EXPECT_THROW(read_order(line), std::runtime_error) << line;
  }
}

TEST(WordsOfCommand, AsAShellTakesThem) {
  EXPECT_THAT(words_of_command("ssh  -F 'my config' -o \"A=b c\" ''"),
              ElementsAre("ssh", "-F", "my config", "-o", "A=b c", ""));
  EXPECT_THROW(words_of_command("ssh 'a"), std::invalid_argument);
}

std::vector<HostAddress> hosts(std::size_t count) {
  std::vector<HostAddress> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({"n" + std::to_string(i), ""});
  return all;
}

TEST(ReachBySsh, AsManyBranchesAsMayRunAndEveryHostOnce) {
  const Reach reach = reach_by_ssh({.command = {"ssh", "-F", "c f"}, .bin = "/opt/bin"});
  for (const std::size_t count : {1U, 63U, 64U, 65U, 2000U}) {
    const auto branches = reach(hosts(count));
    EXPECT_EQ(branches.size(), std::min<std::size_t>(count, 64));
    std::vector<std::string> led_to;
    for (const Branch& branch : branches) {
      led_to.insert(led_to.end(), branch.hosts.begin(), branch.hosts.end());
    }
    ASSERT_EQ(led_to.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(led_to[i], "n" + std::to_string(i));
  }
  EXPECT_EQ(reach(hosts(1))[0].command.back(), "/opt/bin/plumbline relay --host n0");
  EXPECT_EQ(reach(hosts(2000))[0].command.back(),
            "/opt/bin/plumbline relay --host n0 --spread 'ssh -F '\\''c f'\\'''");
}

TEST(ProgramPath, AsAShellFindsIt) {
  EXPECT_EQ(program_path("sh").substr(0, 1), "/");
  EXPECT_EQ(program_path("./sh"), "./sh");
  EXPECT_EQ(program_path("no-such-program"), "no-such-program");
}

TEST(ReachByMpirun, OneProcessForEach) {
  const auto branches =
      reach_by_mpirun({.command = {"/usr/bin/mpirun", "-x", "A"}, .bin = "/opt/bin"})(
          std::vector<HostAddress>{{"n1", ""}, {"n2", "me@10.0.0.2"}});
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_THAT(branches[0].command,
              ElementsAre("/usr/bin/mpirun", "-x", "A", "-n", "1", "--host", "n1", "--bind-to",
                          "none", "/opt/bin/plumbline", "relay", "--host", "n1"));
  EXPECT_THAT(branches[1].command, ::testing::Contains("10.0.0.2"));
  EXPECT_THAT(branches[1].hosts, ElementsAre("n2"));
}

TEST(ReachBySrun, OneProcessForAll) {
  const auto branches = reach_by_srun({.bin = "/opt/bin"})(hosts(2000));
  ASSERT_EQ(branches.size(), 1U);
  EXPECT_EQ(branches[0].hosts.size(), 2000U);
  EXPECT_THAT(branches[0].command, ::testing::IsSupersetOf({"--nodes=2000", "--no-kill"}));
}

}  // namespace
}  // namespace plumbline
