// The probe collectives on several hosts: each a process with a virtual machine of its own.

#include <gmock/gmock.h>

#include <csignal>
#include <string>
#include <vector>

#include "results/schema/exit_code.h"
#include "results/schema/number.h"
#include "tests/machines/hosts_together.h"

namespace plumbline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* all_reduce = "collectives.all_reduce.busbw";
constexpr const char* latency = "collectives.all_reduce.latency";
const std::string facts = "ranks|hosts|differences|network";
const std::string quarter_gib = "/268435456/in_place=0";

std::string filter(const std::string& more) {
  return "--benchmark_filter=" + facts + (more.empty() ? "" : "|" + more);
}

std::vector<VirtualHost> healthy(std::size_t count, const std::string& machine = "p5.48xlarge") {
  std::vector<VirtualHost> hosts;
  for (std::size_t i = 1; i <= count; ++i) hosts.push_back({"node-" + std::to_string(i), machine});
  return hosts;
}

/// The second of two hosts is `machine`.
std::vector<VirtualHost> with(const std::string& machine) {
  std::vector<VirtualHost> hosts = healthy(2);
  hosts[1].machine = machine;
  return hosts;
}

std::string line_of(const Measurement& row) {
  std::string line = row.host + ' ' + row.case_name + ' ' + std::to_string(row.samples);
  for (const auto& value : {row.median, row.min, row.max, row.ci_low, row.ci_high}) {
    line += ' ' + (value ? format_number(*value) : "-");
  }
  return line + ' ' + row.note;
}

std::vector<std::string> lines_of(HostsTogether& hosts) {
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  std::vector<std::string> lines;
  for (const Measurement& row : hosts.rows()) lines.push_back(line_of(row));
  return lines;
}

TEST(Group, TwoHostsMeasureTogether) {
  HostsTogether hosts(healthy(2),
                      {filter("all_reduce.(busbw|latency).*/(8|268435456)/in_place=0")});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(hosts.wait_for(1), exit_ok);
  EXPECT_EQ(hosts.row("collectives.ranks").median, 16);
  const Measurement came = hosts.row("collectives.hosts");
  EXPECT_EQ(came.median, 2);
  EXPECT_EQ(came.note, "node-1, node-2");
  EXPECT_EQ(hosts.row("collectives.differences").median, 0);
  const Measurement network = hosts.row("collectives.network");
  EXPECT_EQ(network.text, "efa");
  EXPECT_EQ(network.note, "efa/efa-direct");
  const Measurement row = hosts.row(all_reduce, "registered=0");
  EXPECT_EQ(row.host, "node-1");
  EXPECT_EQ(row.subject, "group");
  EXPECT_EQ(row.params.at("nodes"), "2");
  // awslabs/awsome-distributed-ai, micro-benchmarks/nccl-tests/README.md: 342.81 GB/s, 69.12 us.
  EXPECT_NEAR(row.median.value_or(0), 342.8, 4);
  EXPECT_NEAR(hosts.row(latency).median.value_or(0), 69.1, 15);
}

TEST(Group, FourHostsDoNotExceedWhatTheFabricCarries) {
  HostsTogether hosts(healthy(4), {filter("all_(reduce|gather).busbw.*/(17179869184|8589934592)/"
                                          "in_place=0.*registered=0"),
                                   "--max-samples", "3"});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(hosts.row("collectives.ranks").median, 32);
  EXPECT_NEAR(hosts.row(all_reduce, "/17179869184/").median.value_or(0), 0.923 * 400, 4);
  EXPECT_LT(hosts.row("collectives.all_gather.busbw").median.value_or(0), 400);
}

TEST(Group, EveryOperationIsVerified) {
  // So large that few rounds are a sample, and that the virtual node visits a part of it.
  HostsTogether hosts(healthy(2), {"--benchmark_filter=busbw.*/1073741824/in_place=0.*registered=0",
                                   "--sizes", "1073741824", "--max-samples", "3"});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(hosts.rows().size(), 9U);
}

TEST(Group, TwoRunsAreIdentical) {
  const std::vector<std::string> arguments = {
      filter("all_reduce.*/(8|268435456)/in_place=0|sendrecv.busbw.*/268435456/"), "--max-samples",
      "5"};
  HostsTogether first(healthy(2), arguments), second(healthy(2), arguments);
  const auto lines = lines_of(first);
  EXPECT_GT(lines.size(), 5U);
  EXPECT_EQ(lines, lines_of(second));
}

TEST(Group, ASlowGpuOfOneHostSlowsAll) {
  HostsTogether hosts(with("slow_nvlink_gpu3"),
                      {filter("all_reduce.busbw.*/17179869184/in_place=0.*registered=0")});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_NEAR(hosts.row(all_reduce).median.value_or(0), 483 / 2.0, 5);
}

TEST(Group, ASlowNetworkOfOneHostSlowsAll) {
  const std::string what = "all_reduce.busbw.*/17179869184/in_place=0.*registered=0";
  HostsTogether hosts(with("slow_network"), {filter(what)});
  HostsTogether sound(healthy(2), {filter(what)});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(sound.wait_for(0), exit_ok);
  EXPECT_NEAR(hosts.row(all_reduce).median.value_or(0),
              sound.row(all_reduce).median.value_or(0) / 2, 5);
}

/// All hosts without the plugin are in agreement, and only slow.
TEST(Group, SocketsInThePlaceOfEfaAreSaid) {
  std::vector<VirtualHost> two = healthy(2, "nccl_by_sockets");
  HostsTogether hosts(two, {filter("")});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(hosts.row("collectives.network").text, "tcp");
}

TEST(Group, HostsThatGoDifferentWaysAreSaid) {
  HostsTogether hosts(with("nccl_by_sockets"), {filter("")});
  EXPECT_EQ(hosts.wait_for(0), exit_ok);
  EXPECT_EQ(hosts.row("collectives.network").text, "efa/efa-direct, tcp");
}

TEST(Group, WrongDataIsOfAGpuOfAHost) {
  HostsTogether hosts(with("wrong_all_reduce_gpu5"),
                      {filter("all_(reduce|gather).latency|wrong"), "--max-samples", "12"});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_EQ(hosts.wait_for(1), exit_ok);
  const Measurement wrong = hosts.row(latency);
  EXPECT_EQ(wrong.outcome, Outcome::failed);
  EXPECT_THAT(wrong.note, StartsWith("node-2: gpu5: 1 of 2 numbers"));
  EXPECT_EQ(hosts.row("collectives.all_gather.latency").outcome, Outcome::ok);
  std::size_t rows = 0;
  for (const Measurement& row : hosts.rows()) {
    if (row.metric != "collectives.wrong_values") continue;
    ++rows;
    const bool is_wrong = row.host == "node-2" && row.subject == "gpu5";
    EXPECT_EQ(row.median.value_or(-1), is_wrong ? 1 : 0) << row.host << ' ' << row.subject;
    EXPECT_EQ(row.instance_type, "p5.48xlarge");
  }
  EXPECT_EQ(rows, 16U);
}

TEST(Group, AHostThatNeverComesIsNamed) {
  HostsTogether hosts(healthy(2), {filter("latency"), "--gather-limit", "10"}, 3);
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_EQ(hosts.wait_for(1), exit_incomplete);
  ASSERT_EQ(hosts.rows().size(), 1U) << "never a smaller test";
  EXPECT_EQ(hosts.rows()[0].metric, "collectives.hosts");
  EXPECT_THAT(hosts.rows()[0].note, HasSubstr("2 of 3"));
}

TEST(Group, FewerGpusAreAFailureAndNoSmallerTest) {
  HostsTogether hosts(with("missing_gpu6"), {filter("latency")});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_EQ(hosts.wait_for(1), exit_ok);
  const Measurement row = hosts.row(latency);
  EXPECT_EQ(row.outcome, Outcome::failed);
  EXPECT_THAT(row.note, AllOf(StartsWith("node-2: "), HasSubstr("gpu6"), HasSubstr("fewer GPUs")));
  EXPECT_THAT(hosts.row("collectives.differences").note,
              HasSubstr("GPUs: 8 on node-1; 7 on node-2"));
}

TEST(Group, AnotherTypeOfNodeIsNoGroup) {
  HostsTogether hosts(with("p6e-gb200.36xlarge"), {filter("latency")});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_THAT(hosts.row(latency).note,
              HasSubstr("GPUs: 8 on node-1; 4 on node-2, expected the same number"));
}

TEST(Group, AnotherVersionOfNcclIsSaid) {
  HostsTogether hosts(with("nccl_2_18"), {filter("all_reduce.latency")});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  const Measurement different = hosts.row("collectives.differences");
  EXPECT_EQ(different.median, 1);
  EXPECT_EQ(different.note, "NCCL: 2.28.9 on node-1; 2.18.5 on node-2");
  EXPECT_THAT(hosts.row(latency).note, HasSubstr("Mismatched NCCL version"));
}

TEST(Group, AGpuThatDoesNotComeIsNamedWithItsHost) {
  HostsTogether hosts(with("stuck_collectives_gpu3"),
                      {filter("all_(reduce|gather).latency"), "--patience", "5"});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_EQ(hosts.wait_for(1), exit_ok);
  EXPECT_THAT(hosts.row(latency).note,
              AllOf(HasSubstr("was not done within 5 s"), HasSubstr("node-2: gpu3 did not come"),
                    Not(HasSubstr("node-1"))));
  EXPECT_THAT(hosts.row("collectives.all_gather.latency").note, StartsWith("not tried: "));
}

TEST(Group, AGpuThatFailsIsNamedWithItsHost) {
  HostsTogether hosts(with("lost_in_collective_gpu6"), {filter("all_reduce.latency")});
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_THAT(hosts.row(latency).note, AllOf(StartsWith("node-2: "), HasSubstr("gpu6")));
}

/// Long enough to be met in the middle.
std::vector<std::string> long_run(const char* patience_s) {
  return {"--benchmark_filter=busbw",
          "--sizes",
          "1073741824",
          "--precision",
          "0.000001",
          "--patience",
          patience_s};
}

TEST(Group, AHostThatIsKilledIsNamed) {
  HostsTogether hosts(healthy(3), long_run("60"));
  ASSERT_TRUE(eventually([&] { return !hosts.rows().empty(); }));
  hosts.process(2).signal(SIGKILL);
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_EQ(hosts.wait_for(1), exit_ok);
  EXPECT_THAT(hosts.rows().back().note, StartsWith("not tried: rank 2 on node-3 is lost: "));
  EXPECT_EQ(hosts.rows().front().outcome, Outcome::ok);
}

TEST(Group, AHostThatSaysNothingIsNamed) {
  HostsTogether hosts(healthy(2), long_run("5"));
  ASSERT_TRUE(eventually([&] { return !hosts.rows().empty(); }));
  hosts.process(1).signal(SIGSTOP);
  EXPECT_EQ(hosts.wait_for(0), exit_incomplete);
  EXPECT_THAT(hosts.rows().back().note,
              StartsWith("not tried: rank 1 on node-2 did not answer within "));
}

TEST(Group, WithoutTheFirstHostTheOthersEnd) {
  HostsTogether hosts(healthy(2), long_run("60"));
  ASSERT_TRUE(eventually([&] { return !hosts.rows().empty(); }));
  hosts.process(0).signal(SIGKILL);
  EXPECT_EQ(hosts.wait_for(1), exit_incomplete);
  EXPECT_THAT(hosts.process(1).output(), HasSubstr("rank 0 on node-1 is lost"));
}

}  // namespace
}  // namespace plumbline
